import Bytes
import Customers
import JSON

/// What there is to know about a finished file, and lies beside it: `customers.csv.manifest.json`.
struct Manifest: Equatable, Sendable {
  /// The exporter's version.
  var exporter: String
  /// The address of the rows; no key is ever in it.
  var source: String
  /// When the export was begun, by the first of its runs.
  var started: String
  var finished: String
  var kind: OutputKind
  /// It ends at a settled id: none of its rows had been missing below that.
  var isConsistent = false
  var columns: [String]
  var rows: Int64
  /// Nil without rows.
  var firstID: Int64?
  /// Nil without rows.
  var lastID: Int64?
  /// For each column, in table order.
  var nulls: [Int64]
  /// The size of the file.
  var bytes: Int64
  /// Of the file, in hexadecimal.
  var sha256: String

  /// JSON for people and programs.
  var text: String {
    var fields = [
      ("exporter", quoted(exporter)), ("source", quoted(source)), ("started", quoted(started)),
      ("finished", quoted(finished)), ("format", quoted(kind.name.rawValue)),
    ]
    if let csv = kind.csv {
      fields += [("eol", quoted(csv.lineEnd.rawValue)), ("bom", "\(csv.byteOrderMark)")]
    }
    let counts = zip(columns, nulls).map { "    \(quoted($0)): \($1)" }
    fields += [
      ("consistent", "\(isConsistent)"), ("rows", "\(rows)"), ("first_id", number(firstID)),
      ("last_id", number(lastID)), ("bytes", "\(bytes)"),
      ("sha256", quoted(sha256)), ("columns", "[\(columns.map(quoted).joined(separator: ", "))]"),
      ("nulls", "{\n\(counts.joined(separator: ",\n"))\n  }"),
    ]
    return "{\n" + fields.map { "  \"\($0)\": \($1)" }.joined(separator: ",\n") + "\n}\n"
  }
}

/// Why a text is no manifest.
struct ManifestError: Error, Equatable, CustomStringConvertible {
  let description: String
}

extension Manifest {
  /// Reads what `text` gives. Fields that are not known are left out.
  init(_ text: String) throws(ManifestError) {
    let fields = try ManifestFields(text)
    exporter = try fields.text("exporter")
    source = try fields.text("source")
    started = try fields.text("started")
    finished = try fields.text("finished")
    kind = try fields.kind()
    isConsistent = try fields.truth("consistent")
    rows = try fields.count("rows")
    firstID = rows > 0 ? try fields.count("first_id") : nil
    lastID = rows > 0 ? try fields.count("last_id") : nil
    bytes = try fields.count("bytes")
    sha256 = try fields.text("sha256")
    columns = try fields.texts("columns")
    nulls = try fields.counts("nulls", columns)
  }
}

/// The members of the object that a manifest is.
private struct ManifestFields {
  private let members: [JSONMember]

  init(_ text: String) throws(ManifestError) {
    var bytes = ByteBuffer()
    bytes.append(text: text)
    do throws(JSONError) {
      members = try bytes.withBytes { bytes throws(JSONError) in try JSONObject.parse(bytes) }
    } catch {
      throw ManifestError(description: "no JSON object: \(error)")
    }
  }

  private func value(_ name: String) throws(ManifestError) -> JSONValue {
    guard let member = members.first(where: { $0.name == name }) else {
      throw ManifestError(description: "\(name) is missing")
    }
    return member.value
  }

  func text(_ name: String) throws(ManifestError) -> String {
    guard case .string(let text) = try value(name) else {
      throw ManifestError(description: "\(name) is no text")
    }
    return text
  }

  func truth(_ name: String) throws(ManifestError) -> Bool {
    guard case .bool(let truth) = try value(name) else {
      throw ManifestError(description: "\(name) is neither true nor false")
    }
    return truth
  }

  func count(_ name: String) throws(ManifestError) -> Int64 {
    try count(name, value(name))
  }

  private func count(_ name: String, _ value: JSONValue) throws(ManifestError) -> Int64 {
    guard case .number(let digits) = value, let count = Int64(digits), count >= 0 else {
      throw ManifestError(description: "\(name) is no whole number")
    }
    return count
  }

  func texts(_ name: String) throws(ManifestError) -> [String] {
    guard case .array(let values) = try value(name) else {
      throw ManifestError(description: "\(name) is no list")
    }
    return values.map { if case .string(let text) = $0 { text } else { "" } }
  }

  func counts(_ name: String, _ columns: [String]) throws(ManifestError) -> [Int64] {
    guard case .object(let members) = try value(name) else {
      throw ManifestError(description: "\(name) is no object")
    }
    var counts: [Int64] = []
    for column in columns {
      guard let member = members.first(where: { $0.name == column }) else {
        throw ManifestError(description: "\(name) lacks \(column)")
      }
      counts.append(try count("\(name) of \(column)", member.value))
    }
    return counts
  }

  func kind() throws(ManifestError) -> OutputKind {
    guard let name = OutputKind.Name(rawValue: try text("format")) else {
      throw ManifestError(description: "format is none that this version knows")
    }
    var csv = CSVFormat()
    if name == .csv || name == .gzip {
      guard let lineEnd = CSVFormat.LineEnd(rawValue: try text("eol")),
        case .bool(let mark) = try value("bom")
      else { throw ManifestError(description: "eol or bom is none that this version knows") }
      csv = CSVFormat(lineEnd: lineEnd, byteOrderMark: mark)
    }
    return OutputKind(name, csv)
  }
}

private func number(_ id: Int64?) -> String { id.map { "\($0)" } ?? "null" }

private func quoted(_ text: String) -> String {
  var buffer = ByteBuffer()
  buffer.append(jsonString: text)
  return buffer.text()
}
