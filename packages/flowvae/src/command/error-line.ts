// Writes an error of the libraries in the command's words: an option that they name in backticks is a flag here.
import type { ExpectationError } from '@flowvae/tensor/plain';
import { program } from './program.ts';

/** The message with `` `validateEvery` `` as `--validate-every`, for every option that some command has. */
export function errorLine({ message }: ExpectationError): string {
  const flags = new Map(
    program().commands.flatMap(({ options }) =>
      options.map((option) => [option.attributeName(), option.long] as const),
    ),
  );
  return message.replace(/`([a-z]\w*)`/g, (quoted, name: string) => flags.get(name) ?? quoted);
}
