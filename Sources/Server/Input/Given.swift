import HTTP

/// What a request says about a field.
enum Given<Value: Sendable>: Sendable {
  /// Nothing: the field is not there.
  case absent
  /// That it is to be empty.
  case null
  case value(Value)

  /// The value, if there is one.
  var value: Value? { if case .value(let value) = self { value } else { nil } }
  /// True if the field is there, whatever it says.
  var isPresent: Bool { if case .absent = self { false } else { true } }
}

extension Given: Equatable where Value: Equatable {}

extension [Problem.Fault] {
  /// Notes what is wrong with a field, unless something was noted before: the first word is about the form. What a
  /// hostile request brings is not listed without end.
  mutating func add(_ name: String, _ detail: String) {
    if count < 100, !contains(where: { $0.name == name }) { append(.init(name, detail)) }
  }

  /// Throws all of them as one problem, if there are any.
  func throwIfAny() throws(Problem) {
    guard let first else { return }
    let detail = "\(first.name): \(first.detail)" + (count > 1 ? ", and \(count - 1) more, see errors" : "")
    throw Problem(.unprocessableContent, detail, faults: self)
  }
}
