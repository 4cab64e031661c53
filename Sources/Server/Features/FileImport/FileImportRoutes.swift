import EventLoop
import HTTP
import Postgres

/// `POST /customers/import`: takes a file of customers in while it is being sent.
struct FileImportRoutes: Sendable {
  let loop: Loop
  let database: ConnectionSettings
  let gate: FileImportGate
  /// Bytes that a file may have.
  let limit: Int
  let observe: @Sendable (Observation) -> Void

  var routes: [Route] {
    [
      Route(
        .post, "/customers/import", streaming: limit, operation: FileImportOperations.importRows,
        handler: importRows)
    ]
  }

  @Sendable private func importRows(
    _ request: Request, _ body: consuming RequestBody, _ response: consuming ResponseWriter
  ) async throws {
    let arguments = try FileImportArguments(request)
    try gate.enter()
    defer { gate.leave() }
    let began = loop.now
    let run = FileImportRun(loop, database, arguments, body, limit: limit)
    func tell(_ outcome: FileImportRecord.Outcome) {
      observe(
        .fileImportEnded(
          FileImportRecord(
            id: request.id, report: run.report, outcome: outcome, duration: Int(loop.now - began))))
    }
    do {
      try await run.run()
    } catch is CancellationError {
      tell(.broken)
      // The server closes its connections, this one too.
      throw BodyFailure.clientGone(.canceled)
    } catch let problem as Problem {
      tell(.rejected)
      throw problem
    } catch {
      tell(.broken)
      throw error
    }
    tell(run.hasFailed ? .rejected : .done)
    let report = run.report
    if run.hasFailed { throw Self.problem(report) }
    response.json(report.inserted > 0 ? .created : .ok) {
      $0.append(json: .object(FileImportViews.members(report)))
    }
  }

  private static func problem(_ report: FileImportReport) -> Problem {
    // Ids that are taken are a matter of what is in the table; everything else is one of the file.
    let isClash = report.failure == nil && report.clashes == report.rejected
    return Problem(
      isClash ? .conflict : .unprocessableContent, FileImportViews.detail(report),
      members: FileImportViews.members(report))
  }
}
