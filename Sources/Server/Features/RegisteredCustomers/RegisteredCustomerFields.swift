import Bytes
import HTTP

/// What a body says of a registered customer.
struct RegisteredCustomerFields: Equatable, Sendable {
  var firstname = Given<String>.absent
  var lastname = Given<String>.absent
  var email = Given<String>.absent
  var birthday = Given<Int32>.absent
  var gender = Given<String>.absent
  var city = Given<Int64>.absent
  var lastAuth = Given<Int64>.absent

  /// Characters of a name, and of an e-mail, as the table has them.
  static let nameLimit = 200
  static let emailLimit = 320
  static let genders = ["M", "F"]
  /// Bytes of a body: all texts as long as they may be, and every character escaped.
  static let bodyLimit = 16 * 1024

  static let names = ["firstname", "lastname", "email", "birthday", "gender", "city_id", "last_auth_at"]

  /// Takes the fields out of `body`.
  init(_ body: inout BodyFields) {
    firstname = body.text("firstname", atMost: Self.nameLimit)
    lastname = body.text("lastname", atMost: Self.nameLimit)
    email = body.parsed(
      "email", "must be an e-mail address of at most \(Self.emailLimit) characters, or null"
    ) {
      Self.isEmail($0) ? $0 : nil
    }
    birthday = body.parsed("birthday", "must be a date, YYYY-MM-DD, or null") { ISOTime($0)?.date }
    gender = body.parsed("gender", "must be M, F or null") { Self.genders.contains($0) ? $0 : nil }
    city = body.integer("city_id")
    lastAuth = body.parsed(
      "last_auth_at", "must be a time with its zone, such as 2023-12-21T04:20:37.024Z, or null"
    ) { text in
      ISOTime(text).flatMap { $0.isComplete ? $0.moment : nil }
    }
  }

  /// What stands before and behind the last `@` decides the mail system; here it is enough that both are there.
  private static func isEmail(_ text: String) -> Bool {
    guard text.unicodeScalars.count <= emailLimit, let at = text.lastIndex(of: "@") else { return false }
    return at > text.startIndex && text.index(after: at) < text.endIndex
      && !text.unicodeScalars.contains { $0.value <= 0x20 || $0.value == 0x7F }
  }
}

/// The body of a new customer: all fields, of which the phone has to be there.
struct NewRegisteredCustomer: Equatable, Sendable {
  let phone: PhoneNumber
  let fields: RegisteredCustomerFields

  init(_ request: Request) throws {
    var body = try BodyFields(request)
    let phone = body.phone()
    fields = RegisteredCustomerFields(&body)
    if !body.has("phone") { body.fault("phone", "is missing; it is what a registered customer is known by") }
    try body.finish(known: ["phone"] + RegisteredCustomerFields.names)
    guard let phone else { throw Problem(.unprocessableContent, "phone: \(PhoneNumber.expectation)") }
    self.phone = phone
  }
}

/// The body of a change: the phone alone, or any of the other fields.
enum RegisteredCustomerChange: Equatable, Sendable {
  case phone(PhoneNumber)
  case fields(RegisteredCustomerFields)

  init(_ request: Request) throws {
    var body = try BodyFields(request)
    if body.has("phone"), body.count == 1 {
      let phone = body.phone()
      try body.finish(known: ["phone"])
      guard let phone else { throw Problem(.unprocessableContent, "phone: \(PhoneNumber.expectation)") }
      self = .phone(phone)
      return
    }
    let fields = RegisteredCustomerFields(&body)
    if body.take("phone") != nil {
      body.fault("phone", "is changed alone, in a request without other fields")
    }
    try body.finish(known: RegisteredCustomerFields.names)
    guard body.count > 0 else {
      throw Problem(
        .unprocessableContent,
        "there is no field to change; known are phone alone, or \(RegisteredCustomerFields.names.joined(separator: ", "))"
      )
    }
    self = .fields(fields)
  }
}

extension BodyFields {
  fileprivate mutating func phone() -> PhoneNumber? {
    let given = parsed("phone", PhoneNumber.expectation) { PhoneNumber($0) }
    if case .null = given { fault("phone", PhoneNumber.expectation) }
    return given.value
  }
}
