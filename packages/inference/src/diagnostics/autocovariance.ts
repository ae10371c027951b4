// Autocovariances of chains by the fast Fourier transform.

/**
 * Autocovariance at every lag, on average over chains: γ_t = (1/C) Σ_c (1/N) Σ_n (x_n − x̄_c)·(x_{n+t} − x̄_c).
 *
 * @param chains each of N draws
 * @returns [N]
 */
export function autocovariances(chains: readonly Float64Array[]): Float64Array {
  const count = chains[0]!.length;
  const size = 2 ** Math.ceil(Math.log2(2 * count)); // zeros keep the end from meeting the beginning
  const power = new Float64Array(size);
  for (let c = 0; c < chains.length; c += 2) {
    // two real series in one complex transform: the even part of its power is the sum of theirs
    const real = centred(chains[c]!, size);
    const imaginary = chains[c + 1] ? centred(chains[c + 1]!, size) : new Float64Array(size);
    transform(real, imaginary);
    for (let k = 0; k < size; k++) power[k]! += real[k]! ** 2 + imaginary[k]! ** 2;
  }
  transform(power, new Float64Array(size)); // its real part sees the even part only
  return power.subarray(0, count).map((value) => value / (size * count * chains.length));
}

function centred(chain: Float64Array, size: number): Float64Array {
  const centre = chain.reduce((sum, value) => sum + value, 0) / chain.length;
  const padded = new Float64Array(size);
  for (const [n, value] of chain.entries()) padded[n] = value - centre;
  return padded;
}

/** Discrete Fourier transform in place (Cooley & Tukey), for a power of two. */
function transform(real: Float64Array, imaginary: Float64Array): void {
  const size = real.length;
  reverseBits(real, imaginary);
  const angle = (-2 * Math.PI) / size;
  const cosines = Float64Array.from({ length: size / 2 }, (_, k) => Math.cos(angle * k));
  const sines = Float64Array.from({ length: size / 2 }, (_, k) => Math.sin(angle * k));
  for (let half = 1; half < size; half *= 2) {
    const stride = size / (2 * half);
    for (let start = 0; start < size; start += 2 * half) {
      for (let k = 0; k < half; k++) {
        const [low, high] = [start + k, start + k + half];
        const [cosine, sine] = [cosines[k * stride]!, sines[k * stride]!];
        const re = real[high]! * cosine - imaginary[high]! * sine;
        const im = real[high]! * sine + imaginary[high]! * cosine;
        real[high] = real[low]! - re;
        imaginary[high] = imaginary[low]! - im;
        real[low]! += re;
        imaginary[low]! += im;
      }
    }
  }
}

/** Orders elements by their index with reversed bits. */
function reverseBits(...parts: readonly Float64Array[]): void {
  const size = parts[0]!.length;
  for (let i = 1, reversed = 0; i < size; i++) {
    let bit = size >> 1;
    for (; reversed & bit; bit >>= 1) reversed ^= bit;
    reversed ^= bit;
    if (i >= reversed) continue;
    for (const part of parts) [part[i], part[reversed]] = [part[reversed]!, part[i]!];
  }
}
