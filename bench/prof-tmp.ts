import { createYamlWriter, renderPlacement } from '@pltf/plan/render';
import { plainCluster, servicesOn, watchedCluster } from './render/service-inputs.ts';
const which = process.argv[2] ?? 'plain';
const mode = process.argv[3] ?? 'both';
const inputs = servicesOn(which === 'plain' ? plainCluster : watchedCluster, 2000);
const write = createYamlWriter();
const rates: number[] = [];
const ready = mode === 'write' ? inputs.map((i) => renderPlacement(i)) : [];
for (let r = 0; r < 24; r += 1) {
  const since = process.cpuUsage().user;
  let o = 0;
  let b = 0;
  for (let i = 0; i < inputs.length; i += 1) {
    const objects = mode === 'write' ? ready[i]! : renderPlacement(inputs[i]!);
    o += objects.length;
    if (mode !== 'render') b += write(objects).length;
  }
  rates.push(Math.round(o / 8 / ((process.cpuUsage().user - since) / 1e6)));
}
console.log(which, mode, 'best', Math.max(...rates), 'median', rates.toSorted((a, b) => a - b)[12]);
