import type { ReactNode } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import { ActivityPage } from './pages/activity/activity-page.tsx';
import { AuditPage } from './pages/audit/audit-page.tsx';
import { CataloguePage } from './pages/catalogue/catalogue-page.tsx';
import { ComponentPage } from './pages/component/component-page.tsx';
import { CreatePage } from './pages/create/create-page.tsx';
import { GovernancePages } from './pages/governance/governance-pages.tsx';
import { LostPage } from './pages/lost/lost-page.tsx';
import { OperationPage } from './pages/operation/operation-page.tsx';
import { PeoplePage } from './pages/people/people-page.tsx';
import { PlatformPage } from './pages/platform/platform-page.tsx';
import { RunPage } from './pages/run/run-page.tsx';
import { StatusPage } from './pages/status/status-page.tsx';
import { TokensPage } from './pages/tokens/tokens-page.tsx';
import { ErrorBoundary } from './parts/error-boundary.tsx';

/** What is shown where. Keys make a page begin anew when only its subject changes. */
export function Pages(): ReactNode {
  const [location] = useLocation();
  return (
    <ErrorBoundary place={location}>
      <Switch>
        <Route path="/" component={CataloguePage} />
        <Route path="/create" component={CreatePage} />
        <Route path="/operations/:id">{({ id }) => <OperationPage key={id} id={id} />}</Route>
        <Route path="/components/:name/:tab?">
          {({ name, tab }) => <ComponentPage key={name} name={name} tab={tab} />}
        </Route>
        <Route path="/runs/:id">{({ id }) => <RunPage key={id} id={id} />}</Route>
        <Route path="/activity" component={ActivityPage} />
        <Route path="/governance/:part?/:id?">
          {({ part, id }) => <GovernancePages part={part} id={id} />}
        </Route>
        <Route path="/platform" component={PlatformPage} />
        <Route path="/people" component={PeoplePage} />
        <Route path="/audit" component={AuditPage} />
        <Route path="/settings/tokens" component={TokensPage} />
        <Route path="/status" component={StatusPage} />
        <Route>
          <LostPage />
        </Route>
      </Switch>
    </ErrorBoundary>
  );
}
