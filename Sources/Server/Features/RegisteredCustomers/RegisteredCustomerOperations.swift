import HTTP
import OpenAPI

/// What the document says of the registered customers' routes.
enum RegisteredCustomerOperations {
  static let tag = Operation.Tag(
    "Registered customers",
    "The same customers as people who have registered, with their phones. Paths end with a slash or without."
  )

  private typealias Shapes = RegisteredCustomerShape

  private static let id = Parameter.path(
    "customer_id", .integer(0...Int64.max), "The customer's id: digits alone.", example: 14722)

  static let list = Operation(
    "listRegisteredCustomers", tag, "Customers by id",
    description: """
      `Link: rel="next"` goes on behind the last customer that is shown, by its id, and is as quick at the end of the list \
      as at its start; a large `offset` is not.
      """,
    parameters: ListParameters.window + [ListParameters.prefer],
    answers: [
      Answer(
        200, "The customers", .json(Shapes.list, example: Shapes.listExample), fields: ListParameters.fields),
      RestAnswers.invalid("limit", "must be a whole number from 1 to 1000"),
    ])

  static let add = Operation(
    "addCustomer", tag, "Add a customer", parameters: [RestAnswers.idempotencyKey],
    body: Body(.json(Shapes.new, example: Shapes.newExample)),
    answers: [
      Answer(
        201, "The customer", .json(Shapes.shape, example: Shapes.example),
        fields: [
          RestAnswers.entityTag, RestAnswers.replayed,
          .init("Location", .text(), "The customer's path."),
        ]),
      phoneIsTaken("Another customer has the phone, or the `Idempotency-Key` stood for another request"),
      RestAnswers.unsupportedType,
      RestAnswers.invalid("birthday", "must be a date, YYYY-MM-DD, or null"),
    ])

  static let single = Operation(
    "getRegisteredCustomer", tag, "One customer",
    parameters: [id, RestAnswers.ifMatch, RestAnswers.ifNoneMatch],
    answers: [
      Answer(
        200, "The customer", .json(Shapes.shape, example: Shapes.example), fields: [RestAnswers.entityTag]),
      Answer(304, "The client has it already", fields: [RestAnswers.entityTag]),
      notFound, RestAnswers.otherState,
    ])

  static let change = Operation(
    "changeCustomer", tag, "Change a customer, or his phone",
    description: """
      Fields that are given are changed, to nothing where they are null; all others stay. The phone is changed alone, \
      with `{"phone": …}`, which is answered with `success` and `message`.
      """,
    parameters: [id, RestAnswers.ifMatch],
    body: Body(.json(Shapes.change, example: Shapes.changeExample)),
    answers: [
      Answer(
        200, "The customer as it is now; for a phone, that it is changed",
        .json(.either(Shapes.shape, Shapes.done), example: Shapes.example), fields: [RestAnswers.entityTag]),
      notFound, phoneIsTaken("Another customer has the phone"), RestAnswers.otherState,
      RestAnswers.unsupportedType,
      RestAnswers.invalid("gender", "must be M, F or null"),
    ])

  static let remove = Operation(
    "removeCustomer", tag, "Remove a customer for good, with his phone and his favorites",
    parameters: [id, RestAnswers.ifMatch],
    answers: [
      Answer(
        200, "It is done",
        .json(Shapes.done, example: ["success": true, "message": "the customer is removed"])),
      notFound, RestAnswers.otherState,
    ])

  private static let notFound = Answer.problem(
    .notFound, "No customer has this id, or it is no id", detail: "there is no customer with this id")

  private static func phoneIsTaken(_ description: String) -> Answer {
    .problem(
      .conflict, description, detail: "phone: another customer has it",
      faults: [.init("phone", "another customer has it")])
  }
}
