import Bytes
import HTTP
import Intake

/// How the report of an import looks.
enum FileImportViews {
  /// The members of a report, without braces around them.
  private static func members(_ report: FileImportReport, to body: inout ByteBuffer) {
    for (name, count) in [
      ("read", report.read), ("inserted", report.inserted), ("rejected", report.rejected),
      ("errors_not_listed", report.unlisted),
    ] {
      body.append(jsonString: name)
      body.append(":")
      body.append(decimal: Int64(count))
      body.append(",")
    }
    body.append("\"errors\":[")
    for (index, fault) in (report.errors + [report.failure].compactMap(\.self)).enumerated() {
      if index > 0 { body.append(",") }
      append(fault, to: &body)
    }
    body.append("]")
  }

  private static func append(_ fault: RowFault, to body: inout ByteBuffer) {
    body.append("{\"line\":")
    body.append(decimal: Int64(fault.line))
    if let column = fault.column {
      body.append(",\"column\":")
      body.append(jsonString: column)
    }
    body.append(",\"reason\":")
    body.append(jsonString: fault.reason)
    body.append("}")
  }

  /// The answer to an import that has taken what it could.
  static func write(_ report: FileImportReport, to body: inout ByteBuffer) {
    body.append("{")
    members(report, to: &body)
    body.append("}")
  }

  /// The answer to one that has taken nothing: a problem (RFC 9457) with the members of a report.
  static func writeProblem(
    _ report: FileImportReport, status: Status, instance: String, to body: inout ByteBuffer
  ) {
    body.append("{\"type\":\"about:blank\",\"title\":\"")
    body.append(status.reason)
    body.append("\",\"status\":")
    body.append(decimal: Int64(status.code))
    body.append(",\"detail\":")
    body.append(jsonString: detail(report))
    body.append(",\"instance\":\"urn:request:")
    body.append(text: instance)
    body.append("\",")
    members(report, to: &body)
    body.append("}")
  }

  static func detail(_ report: FileImportReport) -> String {
    if let failure = report.failure {
      let place = failure.column.map { ", column \($0)" } ?? ""
      return
        "the file cannot be read beyond line \(failure.line)\(place): \(failure.reason); nothing was imported"
    }
    let rows = report.rejected == 1 ? "1 row was" : "\(report.rejected) rows were"
    let end = report.isGivenUp ? " so far, and the rest was not looked at" : ""
    return "\(rows) rejected\(end); nothing was imported, since on_error is abort"
  }
}
