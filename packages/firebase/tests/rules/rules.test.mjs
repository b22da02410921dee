// `firestore.rules` on Google's emulator: everybody tries everything.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { cases } from './cases.mjs';
import { unproven } from './coverage.mjs';
import { raise, rules } from './stage.mjs';

const stage = await raise();
after(() => stage?.strike());

if (stage) everything();
else test('the rules hold on the emulator', { skip: "Google's Firestore emulator is not installed" }, () => {});

function everything() {
  for (const tried of cases) {
    const whom = tried.may === 'nobody' ? '' : ', and nobody else';
    test(`${tried.may} may ${tried.does}${whom}`, async () => {
      assert.deepEqual(await stage.differences(tried), []);
    });
  }

  test('every condition of the rules has held for somebody and failed for somebody', async (context) => {
    const { report } = await stage.coverage();
    const found = unproven(rules, report);
    context.diagnostic(`${found.conditions - found.open.length} of ${found.conditions} conditions came out both ways; ${found.allows} of them are those of an allow`);
    assert.deepEqual(found.open, []);
  });
}
