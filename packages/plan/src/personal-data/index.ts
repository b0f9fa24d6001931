export { dataFlows } from './data-flows.ts';
export { dataMap, dataRecord, dataRecordMarkdown } from './data-record.ts';
export { type DataClass, dataClasses, isPersonal, isSpecial, readClasses } from './classes.ts';
export { maskPersonalData } from './mask-text.ts';
export { deletionSchedule, masksLogs, type Protected, policyIn, protect } from './protection.ts';
