using System.Buffers.Binary;
using Swarm.Raft.Storage.Files;

namespace Swarm.Raft.Storage;

/// <summary>Whose log this is. Written once, as the last step of making a log, so that its presence means there is one.</summary>
internal sealed record MetaFile(Guid LogId, ReadOnlyMemory<byte> Metadata)
{
    private const int Prefix = 32;
    private const int MaxSize = 128 * 1024;
    private const uint Format = 1;

    private static ReadOnlySpan<byte> Magic => "SWRAFTM1"u8;

    public static MetaFile? Load(IFileSystem files, StorageLayout layout)
    {
        var content = files.ReadSmall(layout.MetaPath, MaxSize);
        if (content is null)
        {
            return null;
        }

        if (content.Length < Prefix + sizeof(uint)
            || !content.AsSpan().StartsWith(Magic)
            || Crc32C.Compute(0, content.AsSpan(..^4)) != BinaryPrimitives.ReadUInt32LittleEndian(content.AsSpan(^4)))
        {
            throw new RaftStorageCorruptException(
                layout.MetaPath, 0, StorageDamage.Unreadable, "the file's checksum is wrong");
        }

        var format = BinaryPrimitives.ReadUInt32LittleEndian(content.AsSpan(8));
        return format == Format
            ? new MetaFile(new Guid(content.AsSpan(16, 16)), content.AsMemory(Prefix..^4))
            : throw new RaftStorageCorruptException(
                layout.MetaPath, 8, StorageDamage.UnknownFormat, $"the log has format {format}, this version reads {Format}");
    }

    public void Save(IFileSystem files, StorageLayout layout)
    {
        var content = new byte[Prefix + Metadata.Length + sizeof(uint)];
        Magic.CopyTo(content);
        BinaryPrimitives.WriteUInt32LittleEndian(content.AsSpan(8), Format);
        LogId.TryWriteBytes(content.AsSpan(16));
        Metadata.Span.CopyTo(content.AsSpan(Prefix));
        BinaryPrimitives.WriteUInt32LittleEndian(content.AsSpan(^4), Crc32C.Compute(0, content.AsSpan(..^4)));
        files.Replace(layout.Root, StorageLayout.MetaName, content);
    }
}
