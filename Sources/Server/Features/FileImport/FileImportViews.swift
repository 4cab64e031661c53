import Intake
import OpenAPI

/// How the report of an import looks.
enum FileImportViews {
  /// What is told of an import, whether it has taken what it could or nothing.
  static func members(_ report: FileImportReport) -> [JSONLiteral.Member] {
    [
      .init("read", .integer(Int64(report.read))), .init("inserted", .integer(Int64(report.inserted))),
      .init("rejected", .integer(Int64(report.rejected))),
      .init("errors_not_listed", .integer(Int64(report.unlisted))),
      .init("errors", .array((report.errors + [report.failure].compactMap(\.self)).map(literal))),
    ]
  }

  private static func literal(_ fault: RowFault) -> JSONLiteral {
    .object(
      [
        .init("line", .integer(Int64(fault.line))), fault.column.map { .init("column", .string($0)) },
        .init("reason", .string(fault.reason)),
      ].compactMap(\.self))
  }

  /// Why nothing was taken.
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
