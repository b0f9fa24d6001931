import { describe, expect, it } from 'vitest';
import { renderPlacement } from './render-placement.ts';
import { inputWith, wholeCluster } from './testing/render-inputs.ts';
import { kindsOf, type Loose, one, policyNames } from './testing/rendered-objects.ts';

describe('who may reach a placement, and whom it may reach', () => {
  it('denies both ways first, and opens each edge at both of its ends to the same pods and port', () => {
    const web = inputWith(
      { component: 'web' },
      {
        callees: {
          users: { component: 'users-api', label: 'users-api', environment: 'prod', port: 8080 },
        },
      },
    );
    const users = inputWith(
      {},
      { callers: [{ component: 'web', label: 'web', environment: 'prod' }] },
    );

    const out = one(renderPlacement(web), 'NetworkPolicy', 'web-to-users-api--prod').spec;
    const into = one(renderPlacement(users), 'NetworkPolicy', 'users-api-from-web--prod').spec;
    const denied = one(renderPlacement(users), 'NetworkPolicy', 'users-api-default-deny').spec;

    expect(denied).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
    expect(out.egress).toEqual([
      {
        to: [
          {
            namespaceSelector: {
              matchLabels: { 'kubernetes.io/metadata.name': 'users-api--prod' },
            },
          },
        ],
        ports: [{ protocol: 'TCP', port: 8080 }],
      },
    ]);
    expect(into.ingress).toEqual([
      {
        from: [
          { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'web--prod' } } },
        ],
        ports: [{ protocol: 'TCP', port: 8080 }],
      },
    ]);
    expect(into.policyTypes).toEqual(['Ingress']);
  });

  it('lets nobody in to a worker, and only names and the outside out of it', () => {
    const objects = renderPlacement(
      inputWith({
        ...{ kind: 'worker', component: 'mailer', routes: [] },
        run: { alive: ['node', 'src/alive.js'] },
      }),
    );

    expect(policyNames(objects)).toEqual([
      'mailer-default-deny',
      'mailer-dns',
      'mailer-to-outside',
    ]);
    expect(kindsOf(objects)).not.toContain('Service');
    const [container] = one(objects, 'Deployment').spec.template.spec.containers;
    expect(container).not.toHaveProperty('ports');
    expect(container.livenessProbe.exec).toEqual({ command: ['node', 'src/alive.js'] });
    expect(kindsOf(renderPlacement(inputWith({ kind: 'worker' })))).not.toContain('ServiceMonitor');
  });

  it('lets an ordinary user listen on a port of root’s, and lets the gateway in only where there is an address', () => {
    const security = (port: number, minor: number): Loose =>
      one(
        renderPlacement(inputWith({ run: { port } }, { cluster: { ...wholeCluster, minor } })),
        'Deployment',
      ).spec.template.spec.securityContext;

    expect(security(80, 33).sysctls).toEqual([
      { name: 'net.ipv4.ip_unprivileged_port_start', value: '0' },
    ]);
    expect(security(80, 21)).not.toHaveProperty('sysctls');
    expect(security(8080, 33)).not.toHaveProperty('sysctls');
    expect(policyNames(renderPlacement(inputWith({ routes: [] })))).not.toContain(
      'users-api-from-gateway',
    );
  });
});
