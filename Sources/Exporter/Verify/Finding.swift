/// One thing that is not as it should be. Its description is one line: what, and where.
enum Finding: Equatable, Sendable {
  /// The manifest is not there, or cannot be read.
  case manifest(String)
  /// A figure of the file and that of the manifest.
  case figure(String, file: String, manifest: String)
  /// The file cannot be read from some point on.
  case unreadable(String)
  /// An id that is not above the one before it.
  case order(id: Int64, previous: Int64, offset: Int64)
  /// Bytes, from here on, that are no row as the exporter writes it; with nothing before them, no header.
  case foreign(offset: Int64)
  /// The file ends within the row that begins here.
  case torn(offset: Int64)
  /// A customer of the server that the file lacks.
  case missing(id: Int64)
  /// A customer of the file that the server lacks.
  case extra(id: Int64)
  /// A customer that both have, with other values in these columns; none if it is only written in another way.
  case changed(id: Int64, columns: [String])
  /// Further findings about rows, which are not listed.
  case more(Int)
}

extension Finding: CustomStringConvertible {
  var description: String {
    switch self {
    case .manifest(let reason): "manifest: \(reason)"
    case .figure(let name, let file, let manifest):
      "\(name): \(file) in the file, \(manifest) in the manifest"
    case .unreadable(let reason): "unreadable: \(reason)"
    case .order(let id, let previous, let offset):
      "order: customer_id \(id) comes after \(previous), at byte \(offset)"
    case .foreign(0): "header: the file does not begin as its manifest or its name says"
    case .foreign(let offset): "row: what stands at byte \(offset) is no row as the exporter writes it"
    case .torn(let offset): "row: the file ends within the row at byte \(offset)"
    case .missing(let id): "customer \(id): missing in the file"
    case .extra(let id): "customer \(id): not at the server"
    case .changed(let id, let columns):
      columns.isEmpty
        ? "customer \(id): the same values, written in another way"
        : "customer \(id): \(columns.joined(separator: ", ")) at the server is different"
    case .more(let count): "… and \(count) more like these"
    }
  }
}

/// Findings about rows: the first ones, and how many there are.
struct RowFindings: Sendable {
  /// So many are kept; a file that is all wrong does not fill the memory.
  static let limit = 20
  private(set) var first: [Finding] = []
  private(set) var count = 0

  mutating func add(_ finding: Finding) {
    count += 1
    if first.count < Self.limit { first.append(finding) }
  }

  /// Those that are kept, and a last one that says how many are not.
  var all: [Finding] { count > first.count ? first + [.more(count - first.count)] : first }
}
