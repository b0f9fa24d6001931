import { bootstrapPath, followersFolder, type GitOpsAgent, ringFolder } from './layout.ts';

/** What a reader of an environment repository has to know, as its README. */
export const repositoryGuide = (
  agent: GitOpsAgent,
  ring: string,
): string => `# Environment repository

What runs, as files: every commit here is what pltf rendered from a component's thin file
and a release. ${agent === 'argocd' ? 'Argo CD' : 'Flux'} pulls it; nothing is pushed into a cluster.

Nobody edits here. Change the thin file in the component's own repository, or the platform file; an edit made here is
reported as drift and stands until somebody decides.

| path | holds |
| --- | --- |
| \`rings/<ring>/<hh>/<label>--<environment>/manifest.yaml\` | everything that one placement is in a cluster; \`<hh>\` are two hex digits of a hash of the folder's name |
| \`rings/<ring>/PLATFORM\` | which installation of pltf writes the ring: no other one does while this file is there |
| \`…/TOMBSTONE\` | in place of a manifest: the placement was removed, by whom, when and why |
| \`${agent}/<ring>/bootstrap.yaml\` | applied once, by hand |
| \`${agent}/<ring>/followers/\` | what reads the ring's folders; kept as it is here by the bootstrap |

A ring is a set of clusters that get the same. To follow the ring \`${ring}\`:

\`\`\`
kubectl apply --server-side -f ${bootstrapPath(agent, ring)}
\`\`\`

The agent needs to read this repository: ${
  agent === 'argocd'
    ? 'register it with `argocd repo add`. Argo CD 3.0 and later track what they applied by an annotation; set `application.resourceTrackingMethod: annotation` in an older one, since the label `app.kubernetes.io/instance` is used for its own meaning here.'
    : 'name a Secret in the platform file (`secret`). The Kustomizations need Flux 2.9 or later.'
}

## Commits

Every commit says in its message who asked for it, why, and which release it brings, and for programs in trailers:
\`Pltf-Placement\`, \`Pltf-Change\`, \`Pltf-Release\`, \`Pltf-By\` and \`Pltf-Commit\`, the component's own commit; of several
placements in one commit each begins with its \`Pltf-Placement\`. \`Argocd-reference-commit-*\` tell that commit to Argo CD,
where all that is in ours came from one. A commit changes something or is not made.

## Removals

A placement ends in two commits. The first takes off what keeps its namespace from being pruned, the second replaces its
manifest by a tombstone. A removal is asked for by name, never concluded from something that is missing.
Followers (\`${followersFolder(agent, ring)}\`) can be deleted without harm: what they applied stays. Whoever empties
\`${ringFolder(ring)}\` by hand ${agent === 'argocd' ? 'takes nothing away: an Application refuses to become empty' : 'takes workloads away, and keeps namespaces and claims'}.
`;

/** Marks what is generated, for the Git host's diffs. */
export const gitAttributes = `**/manifest.yaml linguist-generated=true
**/hydrator.metadata linguist-generated=true
`;
