import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How one contestant is started. */
export interface Proxy {
  readonly name: string;
  readonly command: string;
  /** Configuration is written below `folder`. */
  readonly prepare: (place: Place) => Promise<readonly string[]>;
}

export interface Place {
  /** For this contestant alone. */
  readonly folder: string;
  /** Where the bundled programs are. */
  readonly programs: string;
  readonly port: number;
  readonly upstream: number;
}

const node = (name: string, program: string): Proxy => ({
  name,
  command: process.execPath,
  prepare: async ({ folder, programs, port, upstream }) => [
    join(programs, `${program}.mjs`),
    String(port),
    String(upstream),
    join(folder, 'access.log'),
  ],
});

/** One worker and one process; no access log, which ours writes. */
const nginx: Proxy = {
  name: 'nginx',
  command: 'nginx',
  prepare: async ({ folder, port, upstream }) => {
    const file = join(folder, 'nginx.conf');
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
      .map((kind) => `${kind}_temp_path ${join(folder, kind)};`)
      .join(' ');
    await writeFile(
      file,
      `master_process off; daemon off; worker_processes 1; pid ${join(folder, 'pid')}; error_log ${join(folder, 'error.log')};
events { worker_connections 1024; }
http {
  access_log off; ${temporary} keepalive_requests 100000000;
  upstream application { server 127.0.0.1:${upstream}; keepalive 64; keepalive_requests 100000000; }
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass http://application; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host; proxy_set_header X-Forwarded-For $remote_addr; }
  }
}
`,
    );
    return ['-e', join(folder, 'error.log'), '-p', folder, '-c', file];
  },
};

/** As it comes: one process on all cores, its default headers, no access log. */
const caddy: Proxy = {
  name: 'caddy',
  command: 'caddy',
  prepare: async ({ folder, port, upstream }) => {
    const file = join(folder, 'Caddyfile');
    await writeFile(
      file,
      `{
  admin off
  auto_https off
}
http://127.0.0.1:${port} {
  bind 127.0.0.1
  reverse_proxy 127.0.0.1:${upstream}
}
`,
    );
    return ['run', '--config', file, '--adapter', 'caddyfile'];
  },
};

export const router = node('router', 'router-process');
export const contestants: readonly Proxy[] = [
  caddy,
  node('undici, bare', 'undici-process'),
  router,
  nginx,
];
export const alternatives: readonly Proxy[] = [node('http.Agent, bare', 'agent-process')];
