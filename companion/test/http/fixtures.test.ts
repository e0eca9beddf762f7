/** Every body has an example in protocol/fixtures, and every example can be read. */
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import * as protocol from '@jupyterlab-commons/protocol';

const folder = new URL('../../../protocol/fixtures/', import.meta.url);

/** Which decoder reads which file. */
const bodies: Record<string, protocol.Decoder<unknown>> = {
  'info.json': protocol.info,
  'health.json': protocol.health,
  'session-request.json': protocol.sessionRequest,
  'session.json': protocol.session,
  'person.json': protocol.person,
  'present-person.json': protocol.presentPerson,
  'document-info.json': protocol.documentInfo,
  'document-list.json': protocol.documentList,
  'new-document.json': protocol.newDocument,
  'created-document.json': protocol.createdDocument,
  'new-upload.json': protocol.newUpload,
  'created-upload.json': protocol.createdUpload,
  'document-change.json': protocol.documentChange,
  'share-change.json': protocol.shareChange,
  'share.json': protocol.share,
  'share-list.json': protocol.shareList,
  'audit-list.json': protocol.auditList,
  'ticket-request.json': protocol.ticketRequest,
  'ticket.json': protocol.ticket,
  'people-list.json': protocol.peopleList,
  'contributors.json': protocol.contributors,
  'file-choice.json': protocol.fileChoice,
  'file-chosen.json': protocol.fileChosen,
  'merge-undone.json': protocol.mergeUndone,
  'event-message.json': protocol.eventMessage,
  'link-request.json': protocol.linkRequest,
  'link-part.json': protocol.linkPart,
  'link-answer.json': protocol.linkAnswer,
  'link-news.json': protocol.linkNews,
  'link-sample.json': protocol.linkNews,
  'link-before.json': protocol.linkRequest,
  'spawn-question.json': protocol.spawnQuestion,
  'spawn-answer.json': protocol.spawnAnswer,
  'unasked-starts.json': protocol.unaskedStarts,
  'idle-advice.json': protocol.idleAdvice,
  'quota-news.json': protocol.quotaNews,
  'quota-declined.json': protocol.quotaNews,
  'usage-sample.json': protocol.usageSample,
  'usage-history.json': protocol.usageHistory,
  'usage-request.json': protocol.usageRequest,
  'quota-report.json': protocol.quotaReport,
  'quota-request.json': protocol.quotaRequest,
  'request-decline.json': protocol.requestDecline,
  'planned-stop.json': protocol.plannedStop,
  'new-stop.json': protocol.newStop,
  'new-override.json': protocol.newOverride,
  'override.json': protocol.override,
  'override-list.json': protocol.overrideList,
  'new-correction.json': protocol.newCorrection,
  'admin-users.json': protocol.adminUsers,
  'admin-overview.json': protocol.adminOverview,
  'admin-policies.json': protocol.adminPolicies,
  'policy-trial.json': protocol.policyTrial,
  'policy-tried.json': protocol.policyTried,
  'admin-live.json': protocol.adminLive,
  'admin-audit.json': protocol.adminAudit,
  'git-commit.json': protocol.gitCommit,
  'git-diff.json': protocol.gitDiff,
  'git-diff-text.json': protocol.gitDiff,
  'git-cell.json': protocol.gitCell,
  'git-blob.json': protocol.gitBlob,
  'git-blame.json': protocol.gitBlame,
  'git-cell-history.json': protocol.gitCellHistoryLine,
  'git-status.json': protocol.gitStatus,
  'git-done.json': protocol.gitDone,
  'git-stage.json': protocol.gitStage,
  'git-people.json': protocol.gitPeople,
  'git-commit-request.json': protocol.gitCommitRequest,
  'git-checkpoint.json': protocol.gitCheckpoint,
  'git-checkpoints.json': protocol.gitCheckpointLine,
  'git-remotes.json': protocol.gitRemotes,
  'git-restore.json': protocol.gitRestore,
  'git-branch-request.json': protocol.gitBranchRequest,
  'git-tag-request.json': protocol.gitTagRequest,
  'git-remote-request.json': protocol.gitRemoteRequest
};

/** Read by tests of their own. */
const elsewhere = ['errors.json', 'cell-matching.json'];

const text = (name: string) => readFile(new URL(name, folder), 'utf8');

for (const [name, decode] of Object.entries(bodies)) {
  test(`protocol/fixtures/${name} is what its decoder reads, whole`, async () => {
    const example: unknown = JSON.parse(await text(name));
    // Unknown keys are dropped, so a fixture that decodes to itself has no other keys.
    assert.deepEqual(decode(example), example);
  });
}

test('every file in protocol/fixtures is read by a test', async () => {
  const files = (await readdir(folder)).filter(name => name.endsWith('.json'));
  assert.deepEqual(files.sort(), [...Object.keys(bodies), ...elsewhere].sort());
});

test('protocol/fixtures/errors.json equals the table of errors', async () => {
  const wanted = `${JSON.stringify(protocol.errors, null, 2)}\n`;
  if (process.env.UPDATE_DOCS === '1') {
    await writeFile(new URL('errors.json', folder), wanted);
  }
  assert.equal(
    await text('errors.json'),
    wanted,
    'run this test once with UPDATE_DOCS=1'
  );
});
