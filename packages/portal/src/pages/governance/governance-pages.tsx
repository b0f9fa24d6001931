import type { ReactNode } from 'react';
import { LostPage } from '../lost/lost-page.tsx';
import { DebtsPage } from './debts/debts-page.tsx';
import { ExceptionPage } from './exceptions/exception-page.tsx';
import { ExceptionsPage } from './exceptions/exceptions-page.tsx';
import { GuardrailPage } from './guardrails/guardrail-page.tsx';
import { GuardrailsPage } from './guardrails/guardrails-page.tsx';
import { PrivacyPage } from './privacy/privacy-page.tsx';
import { RequestPage } from './requests/request-page.tsx';
import { RequestsPage } from './requests/requests-page.tsx';

interface GovernancePagesProps {
  readonly part: string | undefined;
  readonly id: string | undefined;
}

/** What is shown below `/governance`. */
export function GovernancePages({ part = 'debts', id }: GovernancePagesProps): ReactNode {
  switch (part) {
    case 'debts':
      return id === undefined ? <DebtsPage /> : <LostPage />;
    case 'guardrails':
      return id === undefined ? <GuardrailsPage /> : <GuardrailPage key={id} id={id} />;
    case 'exceptions':
      return id === undefined ? <ExceptionsPage /> : <ExceptionPage key={id} id={id} />;
    case 'requests':
      return id === undefined ? <RequestsPage /> : <RequestPage key={id} id={id} />;
    case 'personal-data':
      return id === undefined ? <PrivacyPage /> : <LostPage />;
    default:
      return <LostPage />;
  }
}
