export { dataFlows } from './flows.ts';
export { maskPersonalData } from './mask-text.ts';
export { type DataClass, dataClasses, readClasses } from './privacy-classes.ts';
export { privacyRecordMarkdown } from './privacy-markdown.ts';
export { privacyMap, privacyRecord } from './privacy-record.ts';
export { deletionSchedule, masksLogs, type Protected, policyIn, protect } from './protection.ts';
