// Failing tests of tfjs by their full name without the environment, and why each fails.
export const explanations: Readonly<Record<string, string>> = {
  'exp int32': "exp(10) is right to float32's last place, whose unit there is twice the test's absolute tolerance",
  'gather throws when index is out of bound': 'a wrong index is found when the graph runs, not when the call is made',
  'tan numbers exceed float32 precision':
    "right to float32's last place, whose unit there is twice the test's tolerance",
};
