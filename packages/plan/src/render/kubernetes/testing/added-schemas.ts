/** A definition: its fields, by name. */
export interface Shape {
  readonly [field: string]: {
    readonly type: string | Shape;
    readonly required: boolean;
    readonly integer: boolean;
  };
}

type Described = string | { readonly [field: string]: Described };

/**
 * `name!` is required. A text is a type as the models of Kubernetes write it, or the name of a definition below.
 */
function described(fields: { readonly [field: string]: Described }): Shape {
  return Object.fromEntries(
    Object.entries(fields).map(([key, type]) => [
      key.replace('!', ''),
      {
        type: typeof type === 'string' ? type : described(type),
        required: key.endsWith('!'),
        integer: type === 'number',
      },
    ]),
  );
}

const object = { 'apiVersion!': 'string', 'kind!': 'string', 'metadata!': 'V1ObjectMeta' };

/**
 * What is not part of Kubernetes, as its own documentation describes it: of each kind the fields that a renderer may
 * want, so that a wrong one shows. The whole definitions come with the operators that serve them.
 */
export const addedSchemas: Readonly<Record<string, Shape>> = {
  'gateway.networking.k8s.io/v1/HTTPRoute': described({
    ...object,
    'spec!': {
      parentRefs: 'Array<HTTPRouteParentRef>',
      hostnames: 'Array<string>',
      rules: 'Array<HTTPRouteRule>',
    },
  }),
  HTTPRouteParentRef: described({
    group: 'string',
    kind: 'string',
    'name!': 'string',
    namespace: 'string',
    sectionName: 'string',
    port: 'number',
  }),
  HTTPRouteRule: described({
    matches: 'Array<HTTPRouteMatch>',
    filters: 'Array<HTTPRouteFilter>',
    backendRefs: 'Array<HTTPRouteBackendRef>',
    timeouts: { request: 'string', backendRequest: 'string' },
  }),
  HTTPRouteMatch: described({ path: { type: 'string', value: 'string' }, method: 'string' }),
  HTTPRouteFilter: described({
    'type!': 'string',
    extensionRef: { 'group!': 'string', 'kind!': 'string', 'name!': 'string' },
  }),
  HTTPRouteBackendRef: described({
    group: 'string',
    kind: 'string',
    'name!': 'string',
    namespace: 'string',
    port: 'number',
    weight: 'number',
  }),
  'monitoring.coreos.com/v1/ServiceMonitor': described({
    ...object,
    'spec!': {
      jobLabel: 'string',
      'selector!': 'V1LabelSelector',
      'endpoints!': 'Array<ServiceMonitorEndpoint>',
      namespaceSelector: { any: 'boolean', matchNames: 'Array<string>' },
    },
  }),
  ServiceMonitorEndpoint: described({
    port: 'string',
    path: 'string',
    interval: 'string',
    scheme: 'string',
    scrapeTimeout: 'string',
  }),
  'monitoring.coreos.com/v1/PrometheusRule': described({
    ...object,
    'spec!': { groups: 'Array<PrometheusRuleGroup>' },
  }),
  PrometheusRuleGroup: described({
    'name!': 'string',
    interval: 'string',
    rules: 'Array<PrometheusRuleRule>',
  }),
  PrometheusRuleRule: described({
    alert: 'string',
    record: 'string',
    'expr!': 'IntOrString',
    for: 'string',
    labels: '{ [key: string]: string; }',
    annotations: '{ [key: string]: string; }',
  }),
  'external-secrets.io/v1/ExternalSecret': described({
    ...object,
    'spec!': {
      refreshInterval: 'string',
      secretStoreRef: { name: 'string', kind: 'string' },
      target: { name: 'string', creationPolicy: 'string', deletionPolicy: 'string' },
      data: 'Array<ExternalSecretData>',
      dataFrom: 'Array<ExternalSecretDataFrom>',
    },
  }),
  ExternalSecretData: described({
    'secretKey!': 'string',
    'remoteRef!': { 'key!': 'string', property: 'string', version: 'string' },
  }),
  ExternalSecretDataFrom: described({ extract: { 'key!': 'string', property: 'string' } }),
  'pltf.dev/v1/Placement': described({ ...object, 'spec!': 'any' }),
};
