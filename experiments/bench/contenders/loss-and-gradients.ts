// A training step without the optimiser, as a function to be traced.
import { type NamedVariables, type Tensor, type Traceable, type Training, tf } from 'flowvae';

/** The loss, and its gradients as `gradient:<name>`. */
export const lossAndGradients =
  ({ loss }: Training['problem'], variables: NamedVariables): Traceable =>
  (inputs) => {
    const { value, grads } = tf.variableGrads(() => loss(inputs).loss, Object.values(variables));
    const named = Object.entries(grads).map(([name, gradient]): [string, Tensor] => [`gradient:${name}`, gradient]);
    return { loss: value, ...Object.fromEntries(named) };
  };
