#!/usr/bin/env node
// The operator's command. It needs the Node of this repository, which `npx understudy` puts first on the path.
import { run } from './run.ts';

process.exitCode = await run(process.argv.slice(2));
