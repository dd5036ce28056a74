namespace Suite.Local.Kafka;

/// <summary>
/// One more port of a broker, which tells who comes in there another address of itself: clients of Kafka go on to the address that the
/// broker names, so whoever stands between must be named.
/// </summary>
/// <param name="Port">Where the broker listens, on 127.0.0.1.</param>
/// <param name="AdvertisedPort">The port on 127.0.0.1 that it names to whoever came in by this door.</param>
public sealed record KafkaDoor(int Port, int AdvertisedPort);
