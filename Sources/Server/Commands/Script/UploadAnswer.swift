import Bytes
import JSON

/// What a server says about an import, or why it does not take it.
struct UploadAnswer: Equatable {
  var inserted = 0
  var rejected = 0
  /// Rejected rows, a line of text each, and how many there are beside.
  var errors: [String] = []
  var unlisted = 0
  var detail = ""

  /// Reads a report or a problem; what is neither says nothing.
  init(_ body: UnsafeRawBufferPointer) {
    let members = (try? JSONObject.parse(body)) ?? []
    for member in members {
      switch (member.name, member.value) {
      case ("inserted", .number(let text)): inserted = Int(text) ?? 0
      case ("rejected", .number(let text)): rejected = Int(text) ?? 0
      case ("errors_not_listed", .number(let text)): unlisted = Int(text) ?? 0
      case ("detail", .string(let text)): detail = text
      case ("errors", .array(let faults)): errors = faults.map(Self.line)
      default: break
      }
    }
  }

  private static func line(_ fault: JSONValue) -> String {
    guard case .object(let members) = fault else { return "" }
    func text(_ name: String) -> String? {
      switch members.first(where: { $0.name == name })?.value {
      case .string(let text), .number(let text): text
      default: nil
      }
    }
    let column = text("column").map { " \($0):" } ?? ""
    return printable("line \(text("line") ?? "?"):\(column) \(text("reason") ?? "")", limit: 1000)
  }
}
