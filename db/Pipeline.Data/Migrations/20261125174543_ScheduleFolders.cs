using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Pipeline.Data.Migrations
{
    /// <inheritdoc />
    public partial class ScheduleFolders : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AlterColumn<string>(
                name: "batch",
                table: "schedules",
                type: "text",
                nullable: true,
                oldClrType: typeof(string),
                oldType: "text");

            migrationBuilder.AddColumn<string>(
                name: "documents",
                table: "schedules",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "documents",
                table: "schedule_runs",
                type: "integer",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "schedule_documents",
                columns: table => new
                {
                    schedule_id = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    size = table.Column<long>(type: "bigint", nullable: false),
                    modified_at = table.Column<long>(type: "bigint", nullable: false),
                    hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    run_id = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_schedule_documents", x => new { x.schedule_id, x.name });
                    table.ForeignKey(
                        name: "fk_schedule_documents_schedules_schedule_id",
                        column: x => x.schedule_id,
                        principalTable: "schedules",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "schedule_documents");

            migrationBuilder.DropColumn(
                name: "documents",
                table: "schedules");

            migrationBuilder.DropColumn(
                name: "documents",
                table: "schedule_runs");

            migrationBuilder.AlterColumn<string>(
                name: "batch",
                table: "schedules",
                type: "text",
                nullable: false,
                defaultValue: "",
                oldClrType: typeof(string),
                oldType: "text",
                oldNullable: true);
        }
    }
}
