Object.create(String.prototype);
await import('./prof-tmp.ts');
