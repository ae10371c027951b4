// jasmine, booted so that the tests find its globals, with a reporter that records each test's result.

import { writeFileSync } from 'node:fs';
import jasmineRequire from 'jasmine-core/lib/jasmine-core/jasmine.js';
import { countsOfTest } from './counters.ts';
import type { Observation } from './observation.ts';

interface Spec {
  readonly id: string;
  readonly fullName: string;
  readonly status: Observation['status'];
  readonly failedExpectations: readonly { readonly message: string }[];
}

interface Environment {
  configure(options: object): void;
  addReporter(reporter: object): void;
  execute(): Promise<void>;
}

interface Jasmine {
  getEnv(): Environment;
}

const jasmine = jasmineRequire.core(jasmineRequire) as Jasmine;
const environment = jasmine.getEnv();
const globals = jasmineRequire.interface(jasmine, environment) as Record<
  string,
  (...given: unknown[]) => { id: string }
>;
const fileOf = new Map<string, string>();

/** tests are declared while their file is loaded, which is when the file is known */
const declaring =
  (declare: (...given: unknown[]) => { id: string }) =>
  (...given: unknown[]) => {
    const spec = declare(...given);
    fileOf.set(spec.id, (globalThis as { conformanceFile?: string }).conformanceFile ?? 'unknown');
    return spec;
  };
Object.assign(globalThis, globals, { jasmine });
for (const name of ['it', 'fit', 'xit']) Object.assign(globalThis, { [name]: declaring(globals[name]!) });

/** Runs all declared tests, in order, and writes the observations to the file named by CONFORMANCE_OUTPUT. */
export async function runDeclaredTests(): Promise<void> {
  const observations: Observation[] = [];
  environment.configure({ random: false, failFast: false });
  environment.addReporter({
    specStarted: () => countsOfTest(),
    specDone: ({ id, fullName, status, failedExpectations }: Spec) =>
      observations.push({
        file: fileOf.get(id)!,
        name: fullName,
        status,
        messages: failedExpectations.map(({ message }) => message.slice(0, 400)),
        ...countsOfTest(),
      }),
  });
  await environment.execute();
  writeFileSync(process.env.CONFORMANCE_OUTPUT!, JSON.stringify(observations));
}
