import { type Command, command } from './command.ts';
import { activityCommand } from './commands/activity/command.ts';
import { applyCommand } from './commands/apply/command.ts';
import { attachCommand } from './commands/attach/command.ts';
import { auditCommand } from './commands/audit/command.ts';
import { checkCommand } from './commands/check/command.ts';
import { completeCommand } from './commands/complete/command.ts';
import { completionCommand } from './commands/completion/command.ts';
import {
  createJobCommand,
  createServiceCommand,
  createSiteCommand,
  createWorkerCommand,
} from './commands/create/command.ts';
import { debtsCommand } from './commands/debts/command.ts';
import { debugCommand } from './commands/debug/command.ts';
import { deleteCommand } from './commands/delete/command.ts';
import { demoCommand } from './commands/demo/command.ts';
import { deployCommand } from './commands/deploy/command.ts';
import { downCommand } from './commands/down/command.ts';
import { driftAdoptCommand } from './commands/drift/adopt/command.ts';
import { driftCommand } from './commands/drift/command.ts';
import { driftRevertCommand } from './commands/drift/revert/command.ts';
import { exceptionApproveCommand } from './commands/exception/approve/command.ts';
import { exceptionListCommand } from './commands/exception/list/command.ts';
import { exceptionRejectCommand } from './commands/exception/reject/command.ts';
import { exceptionRequestCommand } from './commands/exception/request/command.ts';
import { exceptionRevokeCommand } from './commands/exception/revoke/command.ts';
import { exceptionShowCommand } from './commands/exception/show/command.ts';
import { exceptionWithdrawCommand } from './commands/exception/withdraw/command.ts';
import { execCommand } from './commands/exec/command.ts';
import { fleetAbortCommand } from './commands/fleet/abort/command.ts';
import { fleetHaltCommand } from './commands/fleet/halt/command.ts';
import { fleetHoldCommand } from './commands/fleet/hold/command.ts';
import { fleetReleaseCommand } from './commands/fleet/release/command.ts';
import { fleetResumeCommand } from './commands/fleet/resume/command.ts';
import { fleetStatusCommand } from './commands/fleet/status/command.ts';
import { fleetWavesCommand } from './commands/fleet/waves/command.ts';
import { gitCredentialCommand } from './commands/git-credential/command.ts';
import { guardrailListCommand } from './commands/guardrail/list/command.ts';
import { guardrailRenderCommand } from './commands/guardrail/render/command.ts';
import { guardrailShowCommand } from './commands/guardrail/show/command.ts';
import { guardrailTestCommand } from './commands/guardrail/test/command.ts';
import { listCommand } from './commands/list/command.ts';
import { loginCommand } from './commands/login/command.ts';
import { logoutCommand } from './commands/logout/command.ts';
import { logsCommand } from './commands/logs/command.ts';
import { openCommand } from './commands/open/command.ts';
import { pauseCommand } from './commands/pause/command.ts';
import { planCommand } from './commands/plan/command.ts';
import { planCreateCommand } from './commands/plan/create/command.ts';
import { platformApplyCommand } from './commands/platform/apply/command.ts';
import { platformHistoryCommand } from './commands/platform/history/command.ts';
import { platformInitCommand } from './commands/platform/init/command.ts';
import { platformMemberRemoveCommand } from './commands/platform/member/remove/command.ts';
import { platformMemberSetCommand } from './commands/platform/member/set/command.ts';
import { platformPlanCommand } from './commands/platform/plan/command.ts';
import { platformRevertCommand } from './commands/platform/revert/command.ts';
import { platformRuntimeAddCommand } from './commands/platform/runtime/add/command.ts';
import { platformShowCommand } from './commands/platform/show/command.ts';
import { platformTeamAddCommand } from './commands/platform/team/add/command.ts';
import { platformTeamListCommand } from './commands/platform/team/list/command.ts';
import { platformTestCommand } from './commands/platform/test/command.ts';
import { platformUserAddCommand } from './commands/platform/user/add/command.ts';
import { platformUserLinkCommand } from './commands/platform/user/link/command.ts';
import { platformUserListCommand } from './commands/platform/user/list/command.ts';
import { platformUserSetCommand } from './commands/platform/user/set/command.ts';
import { privacyRecordCommand } from './commands/privacy/record/command.ts';
import { promoteCommand } from './commands/promote/command.ts';
import { pruneCommand } from './commands/prune/command.ts';
import { releaseImageCommand } from './commands/release/image/command.ts';
import { requestAnswerCommand } from './commands/request/answer/command.ts';
import { requestCreateCommand } from './commands/request/create/command.ts';
import { requestListCommand } from './commands/request/list/command.ts';
import { requestShowCommand } from './commands/request/show/command.ts';
import { requestWithdrawCommand } from './commands/request/withdraw/command.ts';
import { restartCommand } from './commands/restart/command.ts';
import { resumeCommand } from './commands/resume/command.ts';
import { rollbackCommand } from './commands/rollback/command.ts';
import { runCommand } from './commands/run/command.ts';
import { scaleCommand } from './commands/scale/command.ts';
import { schemaCommand } from './commands/schema/command.ts';
import { setupGitCommand } from './commands/setup-git/command.ts';
import { showCommand } from './commands/show/command.ts';
import { startCommand } from './commands/start/command.ts';
import { statusCommand } from './commands/status/command.ts';
import { stopCommand } from './commands/stop/command.ts';
import { tokenCreateCommand } from './commands/token/create/command.ts';
import { tokenListCommand } from './commands/token/list/command.ts';
import { tokenRevokeCommand } from './commands/token/revoke/command.ts';
import { upCommand } from './commands/up/command.ts';
import { versionCommand } from './commands/version/command.ts';
import { whoamiCommand } from './commands/whoami/command.ts';

/** Every command, in the order of help. Only the handler of the one that is called gets loaded. */
export const commands: readonly Command[] = [
  command(upCommand, () => import('./commands/up/run.ts')),
  command(downCommand, () => import('./commands/down/run.ts')),
  command(statusCommand, () => import('./commands/status/run.ts')),
  command(loginCommand, () => import('./commands/login/run.ts')),
  command(logoutCommand, () => import('./commands/logout/run.ts')),
  command(whoamiCommand, () => import('./commands/whoami/run.ts')),
  command(setupGitCommand, () => import('./commands/setup-git/run.ts')),
  command(gitCredentialCommand, () => import('./commands/git-credential/run.ts')),
  command(demoCommand, () => import('./commands/demo/run.ts')),
  command(createServiceCommand, () => import('./commands/create/run.ts')),
  command(createWorkerCommand, () => import('./commands/create/run.ts')),
  command(createJobCommand, () => import('./commands/create/run.ts')),
  command(createSiteCommand, () => import('./commands/create/run.ts')),
  command(planCommand, () => import('./commands/plan/run.ts')),
  command(planCreateCommand, () => import('./commands/plan/create/run.ts')),
  command(applyCommand, () => import('./commands/apply/run.ts')),
  command(checkCommand, () => import('./commands/check/run.ts')),
  command(attachCommand, () => import('./commands/attach/run.ts')),
  command(deleteCommand, () => import('./commands/delete/run.ts')),
  command(deployCommand, () => import('./commands/deploy/run.ts')),
  command(promoteCommand, () => import('./commands/promote/run.ts')),
  command(rollbackCommand, () => import('./commands/rollback/run.ts')),
  command(restartCommand, () => import('./commands/restart/run.ts')),
  command(scaleCommand, () => import('./commands/scale/run.ts')),
  command(stopCommand, () => import('./commands/stop/run.ts')),
  command(startCommand, () => import('./commands/start/run.ts')),
  command(execCommand, () => import('./commands/exec/run.ts')),
  command(pauseCommand, () => import('./commands/pause/run.ts')),
  command(resumeCommand, () => import('./commands/resume/run.ts')),
  command(runCommand, () => import('./commands/run/run.ts')),
  command(driftAdoptCommand, () => import('./commands/drift/adopt/run.ts')),
  command(driftRevertCommand, () => import('./commands/drift/revert/run.ts')),
  command(pruneCommand, () => import('./commands/prune/run.ts')),
  command(exceptionRequestCommand, () => import('./commands/exception/request/run.ts')),
  command(exceptionApproveCommand, () => import('./commands/exception/approve/run.ts')),
  command(exceptionRejectCommand, () => import('./commands/exception/reject/run.ts')),
  command(exceptionRevokeCommand, () => import('./commands/exception/revoke/run.ts')),
  command(exceptionWithdrawCommand, () => import('./commands/exception/withdraw/run.ts')),
  command(requestCreateCommand, () => import('./commands/request/create/run.ts')),
  command(requestAnswerCommand, () => import('./commands/request/answer/run.ts')),
  command(requestWithdrawCommand, () => import('./commands/request/withdraw/run.ts')),
  command(fleetHaltCommand, () => import('./commands/fleet/halt/run.ts')),
  command(fleetResumeCommand, () => import('./commands/fleet/resume/run.ts')),
  command(fleetAbortCommand, () => import('./commands/fleet/abort/run.ts')),
  command(fleetHoldCommand, () => import('./commands/fleet/hold/run.ts')),
  command(fleetReleaseCommand, () => import('./commands/fleet/release/run.ts')),
  command(listCommand, () => import('./commands/list/run.ts')),
  command(showCommand, () => import('./commands/show/run.ts')),
  command(openCommand, () => import('./commands/open/run.ts')),
  command(logsCommand, () => import('./commands/logs/run.ts')),
  command(activityCommand, () => import('./commands/activity/run.ts')),
  command(auditCommand, () => import('./commands/audit/run.ts')),
  command(releaseImageCommand, () => import('./commands/release/image/run.ts')),
  command(exceptionListCommand, () => import('./commands/exception/list/run.ts')),
  command(exceptionShowCommand, () => import('./commands/exception/show/run.ts')),
  command(requestListCommand, () => import('./commands/request/list/run.ts')),
  command(requestShowCommand, () => import('./commands/request/show/run.ts')),
  command(fleetStatusCommand, () => import('./commands/fleet/status/run.ts')),
  command(fleetWavesCommand, () => import('./commands/fleet/waves/run.ts')),
  command(guardrailListCommand, () => import('./commands/guardrail/list/run.ts')),
  command(guardrailRenderCommand, () => import('./commands/guardrail/render/run.ts')),
  command(guardrailTestCommand, () => import('./commands/guardrail/test/run.ts')),
  command(guardrailShowCommand, () => import('./commands/guardrail/show/run.ts')),
  command(driftCommand, () => import('./commands/drift/run.ts')),
  command(debtsCommand, () => import('./commands/debts/run.ts')),
  command(privacyRecordCommand, () => import('./commands/privacy/record/run.ts')),
  command(debugCommand, () => import('./commands/debug/run.ts')),
  command(tokenCreateCommand, () => import('./commands/token/create/run.ts')),
  command(tokenListCommand, () => import('./commands/token/list/run.ts')),
  command(tokenRevokeCommand, () => import('./commands/token/revoke/run.ts')),
  command(platformShowCommand, () => import('./commands/platform/show/run.ts')),
  command(platformPlanCommand, () => import('./commands/platform/plan/run.ts')),
  command(platformApplyCommand, () => import('./commands/platform/apply/run.ts')),
  command(platformTestCommand, () => import('./commands/platform/test/run.ts')),
  command(platformHistoryCommand, () => import('./commands/platform/history/run.ts')),
  command(platformRevertCommand, () => import('./commands/platform/revert/run.ts')),
  command(platformInitCommand, () => import('./commands/platform/init/run.ts')),
  command(platformRuntimeAddCommand, () => import('./commands/platform/runtime/add/run.ts')),
  command(platformUserAddCommand, () => import('./commands/platform/user/add/run.ts')),
  command(platformUserSetCommand, () => import('./commands/platform/user/set/run.ts')),
  command(platformUserListCommand, () => import('./commands/platform/user/list/run.ts')),
  command(platformUserLinkCommand, () => import('./commands/platform/user/link/run.ts')),
  command(platformTeamAddCommand, () => import('./commands/platform/team/add/run.ts')),
  command(platformTeamListCommand, () => import('./commands/platform/team/list/run.ts')),
  command(platformMemberSetCommand, () => import('./commands/platform/member/set/run.ts')),
  command(platformMemberRemoveCommand, () => import('./commands/platform/member/remove/run.ts')),
  command(schemaCommand, () => import('./commands/schema/run.ts')),
  command(completionCommand, () => import('./commands/completion/run.ts')),
  command(completeCommand, () => import('./commands/complete/run.ts')),
  command(versionCommand, () => import('./commands/version/run.ts')),
];
