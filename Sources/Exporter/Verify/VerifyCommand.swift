import EventLoop
import Glibc
import Progress

/// Checks a finished file against its manifest, and against the server if there is one to ask. Each finding is a line
/// on standard output.
struct VerifyCommand: Sendable {
  let settings: VerifySettings

  func run(on loop: Loop) async -> Int32 {
    let display = ProgressDisplay(ProgressMeter(showsBytes: true, now: loop.now))
    do {
      let stop = try StopSignals(loop)
      defer { stop.close() }
      let file: FileToVerify
      do {
        file = try await loop.offload { [settings] in try FileToVerify(settings.path) }
      } catch {
        display.say("exporter: \(error); name a file that the exporter has finished")
        return 2
      }
      return try await check(file, loop, display, stop)
    } catch {
      display.say("exporter: \(error)")
      return 1
    }
  }

  private func check(
    _ file: FileToVerify, _ loop: Loop, _ display: ProgressDisplay, _ stop: StopSignals
  ) async throws -> Int32 {
    let (findings, rows) = try await loop.offload {
      let audit = FileAudit(file)
      return (audit.findings, audit.rows)
    }
    show(findings)
    var different = findings.count
    if let fetch = settings.fetch {
      let comparison = ServerComparison(file: file, fetch: fetch, loop: loop, display: display)
      let (outcome, found) = try await comparison.run(until: stop.signals)
      show(found.all)
      different += found.count
      if let status = failure(outcome, display) { return status }
    }
    let place = settings.fetch.map { " and \($0.endpoint.url)" } ?? ""
    if different == 0 {
      display.say("\(file.path): \(grouped(Int(rows))) rows, equal to its manifest\(place)")
      return 0
    }
    display.say("exporter: \(file.path) is different: \(grouped(different)) findings")
    return 1
  }

  /// The exit status of a comparison that did not come to its end; nil if it did.
  private func failure(_ outcome: ExportOutcome, _ display: ProgressDisplay) -> Int32? {
    switch outcome {
    case .finished: return nil
    case .notAuthorized(let reason):
      display.say("exporter: \(reason)")
      return outcome.status
    case .failed(let reason), .givenUp(let reason):
      display.say("exporter: cannot compare with the server: \(reason)")
      return 4
    case .stopped:
      display.say("exporter: stopped")
      return outcome.status
    }
  }

  private func show(_ findings: [Finding]) {
    for finding in findings {
      let line = Array("\(finding)\n".utf8)
      _ = line.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    }
  }
}
