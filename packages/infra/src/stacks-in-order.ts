// The stacks of a synthesized assembly in the order of deployment, as its manifest's dependencies have it.
// Invariant: every stack of the manifest is there once, after all that it depends on.

/** As much of an assembly's manifest as is needed. */
export interface AssemblyManifest {
  readonly artifacts: Readonly<Record<string, { readonly type: string; readonly environment?: string; readonly dependencies?: readonly string[]; readonly properties?: { readonly stackName?: string } }>>;
}

export interface AssemblyStack {
  /** By which the CDK selects it. */
  readonly id: string;
  readonly stackName: string;
  readonly region: string;
}

export function stacksInOrder({ artifacts }: AssemblyManifest): readonly AssemblyStack[] {
  const ordered = new Map<string, AssemblyStack>();
  const begun = new Set<string>();
  const visit = (id: string): void => {
    const artifact = artifacts[id];
    if (artifact?.type !== 'aws:cloudformation:stack' || ordered.has(id)) return;
    if (begun.has(id)) throw new Error(`the stack ${id} depends on itself`);
    begun.add(id);
    for (const dependency of artifact.dependencies ?? []) visit(dependency);
    ordered.set(id, { id, stackName: artifact.properties?.stackName ?? id, region: artifact.environment?.split('/').at(-1) ?? '' });
  };
  for (const id of Object.keys(artifacts)) visit(id);
  return [...ordered.values()];
}
