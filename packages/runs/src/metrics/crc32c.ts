// CRC-32C (Castagnoli), the checksum of TFRecord files. RFC 3720, appendix B.4: reflected polynomial 0x82f63b78.

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0x82f63b78 : 0);
  return remainder;
});

/** The CRC-32C of bytes. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ table[(crc ^ byte) & 0xff]!;
  return ~crc >>> 0;
}

/**
 * The CRC as TFRecord stores it: rotated right by 15 bits, plus a constant, so that the CRC of data that contain CRCs
 * is not trivial.
 *
 * @see https://www.tensorflow.org/tutorials/load_data/tfrecord, "TFRecords format details"
 */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
