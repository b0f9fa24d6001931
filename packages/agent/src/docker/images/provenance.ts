export interface ProvenanceFacts {
  /** How the image is called: in the registry, or with the engine. */
  readonly name: string;
  /** `sha256:…` of what `name` means. */
  readonly digest: string;
  readonly source: string | undefined;
  readonly commit: string;
  /** Digest of the release archive, the context of the build. */
  readonly release: string;
  readonly builder: string;
  readonly args: Readonly<Record<string, string>> | undefined;
  readonly agent: string;
  readonly attempt: string;
  readonly startedAt: string;
  readonly finishedAt: string;
}

/** Where an image came from: an in-toto statement with SLSA's provenance, bound to the image by its digest. */
export function provenanceStatement(facts: ProvenanceFacts): unknown {
  const sha256 = (digest: string) => ({ sha256: digest.replace(/^sha256:/, '') });
  const repository =
    facts.source === undefined
      ? []
      : [{ uri: `git+${facts.source}`, digest: { gitCommit: facts.commit } }];
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: facts.name, digest: sha256(facts.digest) }],
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: 'https://pltf.dev/build/dockerfile/v1',
        externalParameters: {
          ...(facts.source === undefined ? {} : { source: facts.source }),
          revision: facts.commit,
          dockerfile: 'Dockerfile',
          ...(facts.args === undefined ? {} : { buildArgs: facts.args }),
        },
        internalParameters: { builder: facts.builder },
        resolvedDependencies: [
          ...repository,
          { uri: `pltf:release/${facts.release}`, digest: sha256(facts.release) },
        ],
      },
      runDetails: {
        builder: { id: `https://pltf.dev/agent/${facts.agent}` },
        metadata: {
          invocationId: facts.attempt,
          startedOn: facts.startedAt,
          finishedOn: facts.finishedAt,
        },
      },
    },
  };
}
