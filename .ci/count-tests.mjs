// Prints the counts of a test report as the last line of .ci/run; exits 1 when they are no success.
// It may run on an old Node: the install may be what failed.
import { readFileSync } from "node:fs";

const [file = "", commandCode = "1"] = process.argv.slice(2);
const counts = countTests(file);
if (counts.failed === 0 && commandCode !== "0") counts.failed = 1;
const skipsFail = process.env.CI === "true" && counts.skipped > 0;
if (skipsFail) console.log("CI=true: a skipped test is a failure.");
const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
process.exitCode = counts.failed > 0 || skipsFail ? 1 : 0;

function countTests(path) {
  try {
    const report = JSON.parse(readFileSync(path, "utf8"));
    const passed = report.numPassedTests;
    // A file that does not load fails as a suite and has no tests to fail.
    const brokenFiles = report.testResults.filter(
      (result) => result.status === "failed" && result.assertionResults.length === 0,
    ).length;
    const failed = report.numFailedTests + brokenFiles;
    const skipped = report.numPendingTests + report.numTodoTests;
    return passed + failed === 0 ? { passed, failed: 1, skipped } : { passed, failed, skipped };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}
