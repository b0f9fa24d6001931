/**
 * What a platform team begins with: the built-in platform, written out. It says the same as an empty one; a test holds
 * it to that.
 */
export const builtinPlatformText = `# The platform as code. Everything here has a default; what is written out is the default.
# \`pltf platform plan\` shows what a change would touch, before \`pltf platform apply\` (or a push) makes it.
organisation: Your organisation
domain: localhost

# The line of promotion, first to last. Previews come by themselves, one for each branch.
environments:
  - name: preview
    title: Preview
    kind: preview
    ttl: 7d
  - name: staging
    title: Staging
    follows: default-branch
  - name: prod
    title: Production
    longestException: 90d

# Where environments run: \`runtime: agent\` is this machine.
runtimes:
  agent: {driver: agent}

# The first is what a service gets that names none.
sizes:
  small: {memoryMiB: 256, cpu: 0.25}
  medium: {memoryMiB: 512, cpu: 0.5}
  large: {memoryMiB: 1024, cpu: 1}

# Prices, for estimates: one GiB of memory, and one processor core, for an hour.
rates:
  currency: EUR
  memoryGiBHour: "0"
  cpuHour: "0"

# Backing services to choose from:
# offers:
#   postgres:
#     plans:
#       small: {monthly: "12"}
offers: {}

# Modes of shipped guardrails by id; own ones are documents in guardrails/.
# guardrails:
#   some-guardrail: {mode: warn}
guardrails: {}

support:
  promise: Best effort.
`;
