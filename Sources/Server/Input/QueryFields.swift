import Bytes
import HTTP

/// The arguments of a query string, asked for and checked as ``BodyFields`` does it for bodies.
struct QueryFields {
  private var pairs: [(name: String, value: String)]
  private(set) var faults: [Problem.Fault] = []
  private var known: [String] = []

  /// Reads the query of `request`.
  init(_ request: Request) throws {
    guard let pairs = request.withQuery(PercentEncoding.pairs) else {
      throw Problem(.badRequest, "the query string is not percent-encoded UTF-8")
    }
    self.pairs = pairs
  }

  /// Notes what is wrong with an argument.
  mutating func fault(_ name: String, _ detail: String) {
    faults.add(name, detail)
  }

  /// Throws what is wrong, arguments that nobody asked for included.
  mutating func finish() throws {
    for name in pairs.map(\.name) where !known.contains(name) {
      fault(name, "is not known here; known are \(known.joined(separator: ", "))")
    }
    try faults.throwIfAny()
  }

  /// The argument called `name`. One that is repeated must say the same each time.
  mutating func text(_ name: String) -> String? {
    known.append(name)
    let found = pairs.lazy.filter { $0.name == name }.map(\.value)
    guard let first = found.first else { return nil }
    if found.contains(where: { $0 != first }) {
      fault(name, "is given more than once with different values")
      return nil
    }
    return first
  }

  /// The whole number called `name`.
  mutating func integer(_ name: String, _ range: ClosedRange<Int64> = .min ... .max) -> Int64? {
    guard let text = text(name) else { return nil }
    if let number = Self.integer(text), range.contains(number) { return number }
    fault(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
    return nil
  }

  /// All whole numbers called `name`, in ascending order, each once; nil if there is none.
  mutating func integers(_ name: String) -> [Int64]? {
    known.append(name)
    let found = pairs.filter { $0.name == name }
    if found.isEmpty { return nil }
    let numbers = found.compactMap { Self.integer($0.value) }
    if numbers.count < found.count { fault(name, "must be a whole number of 64 bits each time") }
    return Array(Set(numbers)).sorted()
  }

  /// A plus sign is a blank in a query, and no digit.
  private static func integer(_ text: String) -> Int64? {
    guard text.utf8.first != UInt8(ascii: "+") else { return nil }
    var text = text
    return text.withUTF8 { try? parseInteger(UnsafeRawBufferPointer($0)) }
  }
}
