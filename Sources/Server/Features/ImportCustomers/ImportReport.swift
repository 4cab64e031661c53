import Bytes
import Postgres

/// What is written down of an import.
struct ImportReport: Sendable {
  let importID: Int64
  let state: String
  let attempt: Int64
  let counts: ImportCounts
  let message: String?
  let startedAt: String
  let changedAt: String
  let finishedAt: String?
  var findings: Rows?

  /// Findings that the route shows.
  static let shownFindings: Int64 = 100

  /// Reads the first row of ``ImportQueries/last``.
  init(_ rows: Rows) {
    importID = rows.integer(0, 0) ?? 0
    state = rows.text(0, 1) ?? ""
    attempt = rows.integer(0, 2) ?? 0
    counts = ImportCounts(
      read: rows.integer(0, 3) ?? 0, inserted: rows.integer(0, 4) ?? 0, updated: rows.integer(0, 5) ?? 0,
      rejected: rows.integer(0, 6) ?? 0)
    message = rows.text(0, 7)
    startedAt = rows.text(0, 8) ?? ""
    changedAt = rows.text(0, 9) ?? ""
    finishedAt = rows.text(0, 10)
  }

  var isRunning: Bool { state == "running" }

  /// What it came to, once it has ended.
  var outcome: ImportOutcome {
    switch state {
    case "finished": .finished(counts)
    case "interrupted": .stopped(counts)
    default: .failed(ImportFailure(.brokenSource, message ?? "it failed"), counts)
    }
  }

  /// The answer of the route that shows it.
  func write(to body: inout ByteBuffer) {
    body.append("{\"success\":true,\"message\":")
    body.append(jsonStringOrNull: message)
    body.append(",\"data\":")
    counts.write(to: &body)
    body.append(",\"import\":{\"id\":")
    body.append(decimal: importID)
    body.append(",\"state\":")
    body.append(jsonString: state)
    body.append(",\"attempt\":")
    body.append(decimal: attempt)
    for (name, time) in [
      (",\"started_at\":" as StaticString, startedAt), (",\"changed_at\":", changedAt),
      (",\"finished_at\":", finishedAt),
    ] {
      body.append(name)
      body.append(jsonStringOrNull: time)
    }
    body.append("},\"findings\":[")
    if let findings {
      for row in 0..<findings.count { write(findings, row, to: &body) }
    }
    body.append("]}")
  }

  private func write(_ findings: Rows, _ row: Int, to body: inout ByteBuffer) {
    body.append(row == 0 ? "{\"row\":" : ",{\"row\":")
    body.append(decimal: findings.integer(row, 0) ?? 0)
    body.append(",\"source_ref\":")
    body.append(jsonStringOrNull: findings.text(row, 1))
    body.append(",\"reason\":")
    body.append(jsonStringOrNull: findings.text(row, 2))
    body.append("}")
  }
}

extension ByteBuffer {
  /// Adds a JSON string or null.
  fileprivate mutating func append(jsonStringOrNull text: String?) {
    if let text { append(jsonString: text) } else { append("null") }
  }
}

extension ImportOutcome {
  /// As it is written down.
  var state: String {
    switch self {
    case .finished: "finished"
    case .failed: "failed"
    case .stopped: "interrupted"
    }
  }

  /// What there is to say of it.
  var message: String? {
    switch self {
    case .finished: nil
    case .failed(let failure, _): failure.shown
    case .stopped: "the server was stopped; what was imported stays, and the next import goes on"
    }
  }
}
