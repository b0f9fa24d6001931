import { constant } from '../yaml/constant.ts';

/** What Pod Security restricted asks of each container, and a root that nobody writes to. */
export const containerSecurity = /* @__PURE__ */ constant({
  allowPrivilegeEscalation: false,
  privileged: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
});
