import Bytes
import HTTP
import JSON

/// The arguments of `/customers`, from the query string, a form body or a JSON object.
struct PageArguments: Equatable {
  /// Rows begin behind this id.
  var previousID: Int64
  /// How many rows at most.
  var records: Int

  /// Bytes of body that such arguments may take.
  static let bodyLimit = 16 * 1024
  static let recordsRange = 1...1000
  static let recordsDefault = 100

  /// Reads the arguments of `request`; throws a problem that names what is wrong.
  init(_ request: Request) throws {
    var given = GivenArguments()
    try request.withQuery { try given.add(encodedPairs: $0, from: "the query string") }
    try given.addBody(of: request)
    self = try PageArguments(given)
  }

  init(_ given: GivenArguments) throws {
    var faults: [Problem.Fault] = []
    let previousID = given.integer("previous_id", isRequired: true, in: Int64.min...Int64.max, &faults)
    let records = given.integer(
      "records", isRequired: false,
      in: Int64(Self.recordsRange.lowerBound)...Int64(Self.recordsRange.upperBound),
      &faults)
    if let first = faults.first {
      throw Problem(.badRequest, "\(first.name): \(first.detail)", faults: faults)
    }
    self.previousID = previousID ?? 0
    self.records = records.map(Int.init) ?? Self.recordsDefault
  }
}

/// The value of an argument as the client wrote it.
enum GivenValue: Equatable {
  /// Text, from a query, a form or a JSON string.
  case text(String)
  /// A JSON number, as it was written.
  case number(String)
  /// Any other JSON value, by what it is.
  case other(String)

  init(_ value: JSONValue) {
    switch value {
    case .string(let text): self = .text(text)
    case .number(let text): self = .number(text)
    case .bool(let flag): self = .other("\(flag)")
    case .null: self = .other("null")
    case .array: self = .other("an array")
    case .object: self = .other("an object")
    }
  }

  /// What would be read as the same value: a number and its text are.
  var canonical: String {
    switch self {
    case .text(let text), .number(let text): text
    case .other(let what): "\u{0}\(what)"
    }
  }
}

/// Named arguments from all the places where a request may put them.
struct GivenArguments {
  private(set) var values: [(name: String, value: GivenValue)] = []

  mutating func add(_ name: String, _ value: GivenValue) { values.append((name, value)) }

  mutating func add(encodedPairs bytes: UnsafeRawBufferPointer, from place: String) throws {
    guard let pairs = PercentEncoding.pairs(bytes) else {
      throw Problem(.badRequest, "\(place) is not percent-encoded UTF-8")
    }
    for (name, value) in pairs { add(name, .text(value)) }
  }

  /// Adds what a form or JSON body says; an empty body says nothing, whatever its type.
  mutating func addBody(of request: Request) throws {
    guard !request.body.isEmpty else { return }
    switch MediaType(request) {
    case .json:
      do {
        let members = try request.body.withBytes { bytes throws(JSONError) in try JSONObject.parse(bytes) }
        for member in members { add(member.name, GivenValue(member.value)) }
      } catch {
        throw Problem(.badRequest, "the body is no JSON object: \(error)")
      }
    case .form:
      try request.body.withBytes { try add(encodedPairs: $0, from: "the form") }
    case .other:
      throw Problem(
        .unsupportedMediaType,
        "send the arguments in the query string, as application/json or as application/x-www-form-urlencoded",
        headers: [Header("Accept", "application/json, application/x-www-form-urlencoded")])
    }
  }

  /// The integer called `name`; nil, and a fault where it is due, if there is none that fits.
  func integer(
    _ name: String, isRequired: Bool, in range: ClosedRange<Int64>, _ faults: inout [Problem.Fault]
  )
    -> Int64?
  {
    let found = values.filter { $0.name == name }.map(\.value)
    guard let first = found.first else {
      if isRequired { faults.append(.init(name, "is missing; give an integer, such as \(name)=0")) }
      return nil
    }
    if found.contains(where: { $0.canonical != first.canonical }) {
      faults.append(.init(name, "is given more than once with different values"))
      return nil
    }
    do throws(IntegerError) {
      let value = try Self.integer(first)
      if range.contains(value) { return value }
      faults.append(.init(name, "must be from \(range.lowerBound) to \(range.upperBound)"))
    } catch {
      let isTooLarge = error == .outOfRange
      faults.append(
        .init(
          name,
          isTooLarge
            ? "must be from \(range.lowerBound) to \(range.upperBound)"
            : "must be an integer, written in digits"))
    }
    return nil
  }

  private static func integer(_ value: GivenValue) throws(IntegerError) -> Int64 {
    switch value {
    case .other: throw .notAnInteger
    case .text(let text), .number(let text):
      // A plus sign is no digit, and in a query it would have been a blank.
      guard text.utf8.first != UInt8(ascii: "+") else { throw .notAnInteger }
      var text = text
      let result = text.withUTF8 { utf8 -> Result<Int64, IntegerError> in
        Result { () throws(IntegerError) in try parseInteger(UnsafeRawBufferPointer(utf8)) }
      }
      return try result.get()
    }
  }
}

/// The types of body that arguments may come in.
enum MediaType {
  case json
  case form
  case other

  init(_ request: Request) {
    let type = request.header("content-type")?.prefix { $0 != ";" }.lowercased()
    switch type?.filter({ $0 != " " && $0 != "\t" }) {
    case "application/json": self = .json
    case "application/x-www-form-urlencoded": self = .form
    default: self = .other
    }
  }
}
