import Bytes
import HTTP
import JSON

/// The members of a JSON object in a body. Each is asked for once, by its name; what nobody asked for, and what is
/// wrong with the others, is then thrown as a whole.
struct BodyFields {
  private var members: [String: JSONValue] = [:]
  /// In the order in which they stand in the body.
  private var unknown: [String] = []
  private(set) var faults: [Problem.Fault] = []

  /// Reads the body of `request`.
  init(_ request: Request) throws {
    switch MediaType(request) {
    case .json: break
    case .form, .other:
      // Without a body there is no type to be wrong.
      if request.body.isEmpty { throw Self.missing }
      throw Problem(
        .unsupportedMediaType, "send the body as application/json",
        headers: [Header("Accept", "application/json")])
    }
    if request.body.isEmpty { throw Self.missing }
    do {
      let members = try request.body.withBytes { bytes throws(JSONError) in try JSONObject.parse(bytes) }
      for member in members { add(member) }
    } catch .notAnObject {
      throw Problem(.unprocessableContent, "the body must be a JSON object")
    } catch {
      throw Problem(.badRequest, "the body is not JSON: \(error)")
    }
  }

  private static let missing = Problem(.badRequest, "there is no body; send a JSON object")

  private mutating func add(_ member: JSONMember) {
    if members.updateValue(member.value, forKey: member.name) == nil {
      unknown.append(member.name)
    } else {
      fault(member.name, "is given more than once")
    }
  }

  /// How many different members there are.
  var count: Int { members.count }

  /// True if there is a member called `name`.
  func has(_ name: String) -> Bool { members[name] != nil }

  /// Notes what is wrong with a member.
  mutating func fault(_ name: String, _ detail: String) {
    faults.add(name, detail)
  }

  /// Takes the member called `name`.
  mutating func take(_ name: String) -> JSONValue? {
    guard let value = members[name] else { return nil }
    unknown.removeAll { $0 == name }
    return value
  }

  /// Throws what is wrong; `known` names the members that there may be.
  mutating func finish(known: [String]) throws {
    for name in unknown {
      fault(name, "is not known here; known are \(known.joined(separator: ", "))")
    }
    try faults.throwIfAny()
  }

  // MARK: Values

  /// A text of at most `limit` characters. The empty one is taken for null: none is ever stored.
  mutating func text(_ name: String, atMost limit: Int) -> Given<String> {
    switch take(name) {
    case nil: return .absent
    case .null, .string(""): return .null
    case .string(let text):
      if text.unicodeScalars.count > limit {
        fault(name, "must have at most \(limit) characters")
      } else if text.utf8.contains(0) {
        fault(name, "must not hold the character U+0000")
      } else {
        return .value(text)
      }
    default: fault(name, "must be a string or null")
    }
    return .absent
  }

  /// A string that `read` makes a value of; `expectation` says what it must be like.
  mutating func parsed<Value>(
    _ name: String, _ expectation: String, _ read: (String) -> Value?
  ) -> Given<Value> {
    switch take(name) {
    case nil: return .absent
    case .null: return .null
    case .string(let text):
      if let value = read(text) { return .value(value) }
      fault(name, expectation)
    default: fault(name, expectation)
    }
    return .absent
  }

  /// A whole number; `1.0` and `1e3` are such to JSON Schema, and so here.
  mutating func integer(_ name: String, _ range: ClosedRange<Int64> = .min ... .max) -> Given<Int64> {
    switch take(name) {
    case nil: return .absent
    case .null: return .null
    case let value?:
      if let number = Self.integer(value, range) { return .value(number) }
      fault(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
      return .absent
    }
  }

  /// An array of 1 to `limit` whole numbers.
  mutating func integers(_ name: String, atMost limit: Int) -> Given<[Int64]> {
    switch take(name) {
    case nil: return .absent
    case .array(let elements) where (1...limit).contains(elements.count):
      let numbers = elements.compactMap { Self.integer($0, .min ... .max) }
      if numbers.count == elements.count { return .value(numbers) }
    default: break
    }
    fault(name, "must be an array of 1 to \(limit) whole numbers")
    return .absent
  }

  private static func integer(_ value: JSONValue, _ range: ClosedRange<Int64>) -> Int64? {
    guard case .number(let text) = value, let number = WholeNumber.read(text) else { return nil }
    return range.contains(number) ? number : nil
  }
}
