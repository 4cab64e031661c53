import OpenAPI

/// Registered customers in JSON, as the document describes them.
enum RegisteredCustomerShape {
  private typealias Fields = RegisteredCustomerFields

  private static let id = Shape.integer(1...Int64.max)
  private static let name = Shape.text(0...Fields.nameLimit).orNull
  private static let email = Shape.text(0...Fields.emailLimit, format: "email").orNull
  private static let gender = Shape.word(of: Fields.genders).orNull
  private static let phoneText = Shape.text(
    pattern: #"^[ ().-]*(\+[ ().-]*7|7|8)?([ ().-]*[0-9]){10}[ ().-]*$"#
      + #"|^[ ().-]*\+[ ().-]*[1-689]([ ().-]*[0-9]){6,14}[ ().-]*$"#)

  static let phone = phoneText.described(
    """
    Ten digits, with `+7`, `7` or `8` before them or not: all are one number of code 7. Numbers of other countries begin \
    with `+` and their code. Blanks, dots, hyphens and parentheses do not count.
    """)

  /// What `GET`, `POST` and `PATCH` answer with.
  static let shape = Shape.object([
    Member("id", id),
    Member(
      "phone",
      .text().orNull.described(
        "The digits behind code 7, or `+` and the whole number; null where there is none.")),
    Member("firstname", name), Member("lastname", name), Member("email", .text(0...Fields.emailLimit).orNull),
    Member("birthday", Shape.date.orNull), Member("gender", gender),
    Member("city_id", Shape.integer().orNull),
    Member("last_auth_at", Shape.instant.orNull),
  ]).named("RegisteredCustomer")

  static let example: JSONLiteral = [
    "id": 14722, "phone": "9025163111", "firstname": "Виктор", "lastname": nil, "email": "user@example.com",
    "birthday": "2023-12-21", "gender": "M", "city_id": 0, "last_auth_at": "2023-12-21T04:20:37.024Z",
  ]

  /// A customer in a list.
  static let listed = Shape.object([
    Member("id", id),
    Member(
      "phone",
      .object([Member("id", id), Member("code", .text()), Member("number", .text())]).orNull),
    Member("firstname", name), Member("lastname", name), Member("email", .text(0...Fields.emailLimit).orNull),
    Member("birthday", Shape.date.orNull),
  ]).named("ListedCustomer")

  static let list = Shape.object([
    Member("items", .array(of: listed, 0...Int(PageWindow.limitRange.upperBound))),
    Member("count", .integer(0...Int64.max).described("All customers; `X-Count` says how it is known.")),
  ]).named("CustomerList")

  static let listExample: JSONLiteral = [
    "items": [
      [
        "id": 14722, "phone": ["id": 1, "code": "7", "number": "9025163111"], "firstname": "Виктор",
        "lastname": nil, "email": "example@mail.ru", "birthday": nil,
      ]
    ], "count": 78_553,
  ]

  private static let fields: [Member] = [
    Member("firstname", name, isRequired: false), Member("lastname", name, isRequired: false),
    Member("email", email, isRequired: false), Member("birthday", Shape.date.orNull, isRequired: false),
    Member("gender", gender, isRequired: false), Member("city_id", Shape.integer().orNull, isRequired: false),
    Member("last_auth_at", Shape.instant.orNull, isRequired: false),
  ]

  static let new = Shape.object([Member("phone", phone)] + fields).named("NewCustomer")

  static let change = Shape.either(
    Shape.object(fields, atLeast: 1).named("CustomerChange"),
    Shape.object([Member("phone", phone)]).named("PhoneChange"))

  static let newExample: JSONLiteral = [
    "phone": "9025163111", "firstname": "Виктор", "lastname": nil, "email": "user@example.com",
    "birthday": "2023-12-21", "gender": "M", "city_id": 0, "last_auth_at": "2023-12-21T04:20:37.024Z",
  ]

  static let changeExample: JSONLiteral = ["firstname": "Виктор", "last_auth_at": "2023-12-21T04:30:57.957Z"]

  /// What tells that something was done.
  static let done = Shape.object([Member("success", .boolean), Member("message", .text())]).named("Done")
}
