using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Pipeline.Data.Migrations
{
    /// <inheritdoc />
    public partial class Documents : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "document_sets",
                columns: table => new
                {
                    batch_id = table.Column<string>(type: "text", nullable: false),
                    tenant_id = table.Column<Guid>(type: "uuid", nullable: false),
                    prompt = table.Column<string>(type: "text", nullable: false),
                    model = table.Column<string>(type: "text", nullable: false),
                    schema = table.Column<string>(type: "text", nullable: true),
                    max_tokens = table.Column<int>(type: "integer", nullable: false),
                    rows_are_documents = table.Column<bool>(type: "boolean", nullable: false),
                    files = table.Column<int>(type: "integer", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    read_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    read_attempts = table.Column<int>(type: "integer", nullable: false),
                    reading_upload = table.Column<int>(type: "integer", nullable: true),
                    deadly_uploads = table.Column<int[]>(type: "integer[]", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_document_sets", x => x.batch_id);
                    table.ForeignKey(
                        name: "fk_document_sets_batches_batch_id",
                        column: x => x.batch_id,
                        principalTable: "batches",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "document_uploads",
                columns: table => new
                {
                    batch_id = table.Column<string>(type: "text", nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    file_id = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_document_uploads", x => new { x.batch_id, x.number });
                    table.ForeignKey(
                        name: "fk_document_uploads_document_sets_batch_id",
                        column: x => x.batch_id,
                        principalTable: "document_sets",
                        principalColumn: "batch_id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "documents",
                columns: table => new
                {
                    batch_id = table.Column<string>(type: "text", nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: true),
                    pages = table.Column<int>(type: "integer", nullable: true),
                    characters = table.Column<int>(type: "integer", nullable: false),
                    parts = table.Column<int>(type: "integer", nullable: false),
                    line = table.Column<int>(type: "integer", nullable: true),
                    waits_for_level = table.Column<int>(type: "integer", nullable: true),
                    error_code = table.Column<string>(type: "text", nullable: true),
                    error_message = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_documents", x => new { x.batch_id, x.number });
                    table.ForeignKey(
                        name: "fk_documents_document_sets_batch_id",
                        column: x => x.batch_id,
                        principalTable: "document_sets",
                        principalColumn: "batch_id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "document_jobs",
                columns: table => new
                {
                    batch_id = table.Column<string>(type: "text", nullable: false),
                    line = table.Column<int>(type: "integer", nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false),
                    level = table.Column<int>(type: "integer", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_document_jobs", x => new { x.batch_id, x.line });
                    table.ForeignKey(
                        name: "fk_document_jobs_documents_batch_id_number",
                        columns: x => new { x.batch_id, x.number },
                        principalTable: "documents",
                        principalColumns: new[] { "batch_id", "number" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_document_jobs_batch_id_number",
                table: "document_jobs",
                columns: new[] { "batch_id", "number" });

            migrationBuilder.CreateIndex(
                name: "ix_document_sets_created_at",
                table: "document_sets",
                column: "created_at",
                filter: "read_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_document_sets_tenant_id_created_at_batch_id",
                table: "document_sets",
                columns: new[] { "tenant_id", "created_at", "batch_id" });

            migrationBuilder.CreateIndex(
                name: "ix_documents_batch_id",
                table: "documents",
                column: "batch_id",
                filter: "waits_for_level IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "document_jobs");

            migrationBuilder.DropTable(
                name: "document_uploads");

            migrationBuilder.DropTable(
                name: "documents");

            migrationBuilder.DropTable(
                name: "document_sets");
        }
    }
}
