import { createClient } from '@pltf/contracts';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ClientContext } from './api/client-context.ts';
import { createQueryClient } from './api/query-client.ts';
import { App } from './app.tsx';
import './styles/index.css';

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no #root');

// A header that no form of another site can send; with the session's cookie it tells our requests from theirs.
const client = createClient({ url: '', headers: { 'x-pltf-portal': '1' } });

createRoot(root).render(
  <StrictMode>
    <ClientContext value={client}>
      <QueryClientProvider client={createQueryClient()}>
        <App />
      </QueryClientProvider>
    </ClientContext>
  </StrictMode>,
);
