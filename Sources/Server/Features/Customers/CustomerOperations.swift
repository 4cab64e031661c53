import HTTP
import OpenAPI

/// What the document says of the customers' routes.
enum CustomerOperations {
  static let tag = Operation.Tag(
    "Customers", "All customers, whatever their source, in the order of their ids.")

  static let page = pageOperation(
    "listCustomers",
    """
    The rows with `customer_id > previous_id` in ascending order, at most `records` of them. Begin with \
    `previous_id=0` and go on with the last id of each page until a page is empty.

    The two arguments may also be sent as a form (`application/x-www-form-urlencoded`) or as a JSON object. One that \
    is given in more than one place must have the same value everywhere.
    """)

  static let pageByGet = pageOperation(
    "getCustomers", "The same as `POST /customers`, for those who may only GET.")

  private static func pageOperation(_ id: String, _ description: String) -> Operation {
    Operation(
      id, tag, "The next customers by id", description: description,
      parameters: [
        .query(
          "previous_id", .integer(), "The page begins behind this id; 0 or less means from the start.",
          isRequired: true, example: 0),
        .query(
          "records",
          .integer(
            Int64(PageArguments.recordsRange.lowerBound)...Int64(PageArguments.recordsRange.upperBound)
          )
          .defaulting(to: .integer(Int64(PageArguments.recordsDefault))),
          "How many customers at most.", example: 2),
      ],
      answers: [
        Answer(
          200, "The customers; an empty array behind the last one",
          .json(
            .array(of: CustomerShape.shape, 0...PageArguments.recordsRange.upperBound),
            example: [CustomerShape.example])),
        .problem(
          .badRequest, "An argument is missing or wrong",
          detail: "records: must be from 1 to 1000", faults: [.init("records", "must be from 1 to 1000")]),
        .problem(
          .unsupportedMediaType, "The body is neither JSON nor a form",
          detail: "send the arguments in the query string, as application/json or as "
            + "application/x-www-form-urlencoded"),
      ])
  }

  static let single = Operation(
    "getCustomer", tag, "One customer",
    parameters: [
      .path("id", .integer(0...Int64.max), "The customer's id: digits alone.", example: 5)
    ],
    answers: [
      Answer(200, "The customer", .json(CustomerShape.shape, example: CustomerShape.example)),
      .problem(
        .notFound, "No customer has this id, or it is no id", detail: "there is no customer with this id"),
    ])
}
