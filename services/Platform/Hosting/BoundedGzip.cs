using System.IO.Compression;
using Grpc.Net.Compression;
using Suite.Platform.Errors;

namespace Suite.Platform.Hosting;

/// <summary>
/// gzip for messages, which stops at the size limit while it decompresses. The library's own looks at the size of what came in
/// alone, and a megabyte of gzip can hold a gigabyte.
/// </summary>
internal sealed class BoundedGzip : ICompressionProvider
{
    public string EncodingName => "gzip";

    public Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel) =>
        new GZipStream(stream, compressionLevel ?? CompressionLevel.Fastest, leaveOpen: true);

    public Stream CreateDecompressionStream(Stream stream) =>
        new LimitedStream(new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true), ServerLimits.MaxRequestBytes);

    /// <summary>Reads up to a number of bytes, and fails at the next one.</summary>
    private sealed class LimitedStream(Stream inner, int limit) : Stream
    {
        private long _read;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            int read;
            try
            {
                read = inner.Read(buffer);
            }
            catch (InvalidDataException e)
            {
                throw DomainError.MalformedMessage(e).ToRpcException();
            }

            _read += read;
            return _read <= limit ? read : throw DomainError.MessageTooLarge().ToRpcException();
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
