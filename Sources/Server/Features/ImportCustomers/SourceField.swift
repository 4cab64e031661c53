/// What the import wants to know of a registered user.
enum SourceField: String, CaseIterable, Sendable {
  case id, phone, firstname, lastname, email, birthday, gender
  case cityID = "city_id"
  case lastAuthAt = "last_auth_at"

  /// The columns of `customers` that it fills, each with what it gets: SQL over a row of the staged table, which is `entry`.
  var targets: [(column: String, value: String)] {
    switch self {
    // It is what rows are found by, and never changes.
    case .id: []
    case .phone: [("phone_id", "entry.phone_id"), ("mobile_phone", "'+' || entry.code || entry.number")]
    case .firstname: [("first_name", "entry.firstname"), ("firstname_id", "entry.firstname_id")]
    case .lastname: [("last_name", "entry.lastname")]
    case .email: [("email", "entry.email")]
    case .birthday: [("date_of_birth", "entry.birthday")]
    case .gender: [("gender", "entry.gender")]
    case .cityID: [("city_id", "entry.city_id")]
    case .lastAuthAt: [("last_login_dt", "entry.last_auth_at")]
    }
  }
}
