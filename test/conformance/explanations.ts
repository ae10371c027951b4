// Failing tests of tfjs by their full name without the environment, and why each fails.
export const explanations: Readonly<Record<string, string>> = {
  'conv2dTranspose input=8x8x8,output=4x4x8,f=8,s=1,inDepth=8,p=same vec4':
    'its output shape [4, 4] does not belong to an input of [8, 8] at stride 1; tfjs-cpu fills the given shape all the same',
  'exp int32': "exp(10) is right to float32's last place, whose unit there is twice the test's absolute tolerance",
  'gather throws when index is out of bound': 'a wrong index is found when the graph runs, not when the call is made',
  'tan numbers exceed float32 precision':
    "right to float32's last place, whose unit there is twice the test's tolerance",
};
