import HTTP
import Intake

/// What an import was told by its query and its header fields.
struct FileImportArguments: Equatable {
  /// What becomes of the good rows if there are bad ones.
  enum OnError: String, CaseIterable {
    /// None is taken: all or nothing.
    case abort
    /// They are taken, and the bad ones are reported.
    case skip
  }

  var format: Intake.Format
  var onError = OnError.abort
  /// The body is compressed with gzip.
  var isGzip = false

  /// Throws a problem that names what is wrong.
  init(_ request: Request) throws {
    format = try Self.format(request.header("content-type"))
    isGzip = try Self.isGzip(request.header("content-encoding"))
    onError = try request.withQuery { query in
      guard let pairs = PercentEncoding.pairs(query) else {
        throw Problem(.badRequest, "the query string is not percent-encoded UTF-8")
      }
      return try Self.onError(pairs.map { ($0.0, $0.1) })
    }
  }

  private static func onError(_ pairs: [(name: String, value: String)]) throws -> OnError {
    var found: OnError?
    for pair in pairs {
      guard pair.name == "on_error" else {
        throw fault(pair.name, "is no argument of an import; there is on_error")
      }
      guard let value = OnError(rawValue: pair.value) else {
        throw fault("on_error", "must be abort (all or nothing) or skip (good rows are taken)")
      }
      guard found == nil || found == value else {
        throw fault("on_error", "is given more than once with different values")
      }
      found = value
    }
    return found ?? .abort
  }

  private static func fault(_ name: String, _ detail: String) -> Problem {
    Problem(.badRequest, "\(name): \(detail)", faults: [.init(name, detail)])
  }

  /// Reads a media type with its parameters.
  static func format(_ type: String?) throws -> Intake.Format {
    let parts = (type ?? "").lowercased().split(separator: ";", omittingEmptySubsequences: false).map(trimmed)
    let format: Intake.Format
    switch parts.first {
    case "text/csv": format = .csv
    case "application/x-ndjson", "application/ndjson", "application/jsonl": format = .ndjson
    default:
      throw unsupported("send the rows as text/csv or as application/x-ndjson, and say so in Content-Type")
    }
    for parameter in parts.dropFirst() where !parameter.isEmpty {
      let halves = parameter.split(separator: "=", maxSplits: 1).map(trimmed)
      let value = halves.count == 2 ? halves[1].filter { $0 != "\"" } : ""
      switch halves.first {
      case "charset" where ["utf-8", "utf8", "us-ascii"].contains(value): break
      case "charset":
        throw unsupported("the text must be UTF-8; convert it, and say charset=utf-8 or nothing")
      case "header" where value == "absent":
        throw unsupported("the first line must be a header that names the columns; header=absent is not read")
      default: break
      }
    }
    return format
  }

  static func isGzip(_ coding: String?) throws -> Bool {
    switch coding.map({ trimmed($0.lowercased()[...]) }) {
    case nil, "", "identity": return false
    case "gzip", "x-gzip": return true
    default:
      throw Problem(
        .unsupportedMediaType, "the body may be compressed with gzip or not at all",
        headers: [Header("Accept-Encoding", "gzip")])
    }
  }

  private static func trimmed(_ text: Substring) -> String {
    let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    return String(text.drop(while: isBlank).reversed().drop(while: isBlank).reversed())
  }

  private static func unsupported(_ detail: String) -> Problem {
    Problem(
      .unsupportedMediaType, detail, headers: [Header("Accept-Post", "text/csv, application/x-ndjson")])
  }
}
