// Runs before the first paint; a file of its own because the content security policy forbids inline scripts.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem('pltf-theme');
  } catch {
    // Storage can be switched off; then the system's preference counts.
  }
  const dark =
    chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  // Zod would probe for `eval`, which the policy reports as a violation although it is caught.
  globalThis.__zod_globalConfig = { jitless: true };
})();
