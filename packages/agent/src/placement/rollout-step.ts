/** What to do next. Carrying one out changes the record, after which the rules are asked again. */
export type Step =
  | { readonly do: 'prepare'; readonly cohort: string }
  | { readonly do: 'start'; readonly cohort: string; readonly count: number }
  | { readonly do: 'restart'; readonly instance: string }
  | { readonly do: 'run-release-task'; readonly cohort: string }
  | { readonly do: 'hold' }
  | { readonly do: 'let-go' }
  | { readonly do: 'switch'; readonly cohort: string; readonly instances: readonly string[] }
  | {
      readonly do: 'route';
      readonly instances: readonly string[];
      readonly hosts: readonly string[];
    }
  | { readonly do: 'unroute' }
  | { readonly do: 'drain'; readonly instance: string; readonly after: 'warm' | 'stop' }
  | { readonly do: 'stop'; readonly instance: string }
  | { readonly do: 'give-up'; readonly cohort: string }
  | { readonly do: 'finish' }
  | { readonly do: 'overdue' }
  | { readonly do: 'forget' }
  | { readonly do: 'wait'; readonly until: number };
