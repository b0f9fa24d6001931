export { type ChangeForecast, type ForecastFacts, forecast } from './forecast.ts';
export { changeLine, type ReadableChange, readableChanges } from './readable.ts';
export {
  isGone,
  type PlacedIn,
  type RenderedChangePlanner,
  renderedChange,
} from './rendered-change.ts';
export {
  type RenderedClass,
  type RenderedClasses,
  type RenderedPair,
  type Rendering,
  renderedClasses,
} from './rendered-classes.ts';
export { type RenderedChange, renderedDifference } from './rendered-difference.ts';
export { type Risk, riskOf, risks } from './risk.ts';
export { accept, advance, type Outcome, observe } from './wave-progress.ts';
export { nextStep, toTakeBack, type WaveStep } from './wave-rules.ts';
export {
  type ChangeState,
  type HaltCause,
  haltCauses,
  type MemberState,
  planWaves,
  type Wave,
  type WaveCandidate,
  type WaveMember,
  type WaveRule,
} from './waves.ts';
