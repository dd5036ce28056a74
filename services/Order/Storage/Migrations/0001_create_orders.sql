-- The price book. A product's version changes with its price, so that an order can check the price it was computed with.
CREATE TABLE products (
    sku          text COLLATE "C" NOT NULL PRIMARY KEY,
    display_name text        NOT NULL,
    price_minor  bigint      NOT NULL CHECK (price_minor >= 0),
    currency     text        NOT NULL,
    state        smallint    NOT NULL,
    version      bigint      NOT NULL,
    create_time  timestamptz NOT NULL,
    update_time  timestamptz NOT NULL
);

CREATE TABLE orders (
    id           uuid        NOT NULL PRIMARY KEY,
    customer_id  uuid        NOT NULL,
    currency     text        NOT NULL,
    total_minor  bigint      NOT NULL,
    payment_id   uuid,
    state        smallint    NOT NULL,
    state_reason text        NOT NULL DEFAULT '',
    version      bigint      NOT NULL,
    create_time  timestamptz NOT NULL,
    update_time  timestamptz NOT NULL
);

-- Ids are UUIDv7, so id order is time order: lists walk by id. States that few orders are in have an index of their own,
-- which costs nothing for the others; most orders leave PENDING within milliseconds.
CREATE INDEX orders_by_customer ON orders (customer_id, id);
CREATE INDEX orders_pending ON orders (id) WHERE state = 1;
CREATE INDEX orders_rejected ON orders (id) WHERE state = 3;
CREATE INDEX orders_cancelled ON orders (id) WHERE state = 4;

-- Written in the very statement that writes the order, so a foreign key would only check what can not be otherwise.
CREATE TABLE order_lines (
    order_id         uuid     NOT NULL,
    line_number      smallint NOT NULL,
    sku              text     NOT NULL,
    quantity         int      NOT NULL,
    unit_price_minor bigint   NOT NULL,
    amount_minor     bigint   NOT NULL,
    PRIMARY KEY (order_id, line_number)
);

-- Every state an order was in, by version: what WatchOrder tells and nobody can skip.
CREATE TABLE order_history (
    order_id     uuid        NOT NULL,
    version      bigint      NOT NULL,
    state        smallint    NOT NULL,
    state_reason text        NOT NULL,
    payment_id   uuid,
    update_time  timestamptz NOT NULL,
    PRIMARY KEY (order_id, version)
);
