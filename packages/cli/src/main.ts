#!/usr/bin/env node
// The operator's command. It needs the Node of this repository, which `npx understudy` puts first on the path.
import { run } from './run.ts';

// What a verb put aside is removed at exit, which a signal alone does not reach.
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));
process.exitCode = await run(process.argv.slice(2));
