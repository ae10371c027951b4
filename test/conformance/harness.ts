// The bundle's last module: by now all tests are declared.
import { runDeclaredTests } from './jasmine.ts';

await runDeclaredTests();
