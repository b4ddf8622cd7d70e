#include "api/args.h"

namespace mesh::api {

Value arg(FunctionCallInfo fcinfo, int i) {
    if (PG_NARGS() <= i || PG_ARGISNULL(i)) return std::nullopt;
    char *text = pg::call([=] {
        Oid output;
        bool varlena;
        getTypeOutputInfo(get_fn_expr_argtype(fcinfo->flinfo, i), &output, &varlena);
        return OidOutputFunctionCall(output, PG_GETARG_DATUM(i));
    });
    std::string out = text;
    pfree(text);  // a project's files may be large
    return out;
}

std::string required(FunctionCallInfo fcinfo, int i, const char *name) {
    Value value = arg(fcinfo, i);
    if (!value) throw core::Error("22004", std::string("argument \"") + name + "\" must not be null");
    return *value;
}

Datum text_result(const std::string &text) {
    const char *data = text.data();
    int size = static_cast<int>(text.size());
    return pg::call([=] { return PointerGetDatum(cstring_to_text_with_len(data, size)); });
}

void start_rows(FunctionCallInfo fcinfo) {
    pg::call([=] {
#if PG_VERSION_NUM >= 160000
        InitMaterializedSRF(fcinfo, 0);
#else
        SetSingleFuncCall(fcinfo, 0);
#endif
    });
}

void start_values(FunctionCallInfo fcinfo) {
    pg::call([=] {
#if PG_VERSION_NUM >= 160000
        InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
#else
        SetSingleFuncCall(fcinfo, SRF_SINGLE_USE_EXPECTED);
#endif
    });
}

void add_row(FunctionCallInfo fcinfo, const pg::Row &row) {
    std::vector<char *> values;
    for (const Value &value : row) values.push_back(value ? const_cast<char *>(value->c_str()) : nullptr);
    char **data = values.data();
    pg::call([=] {
        auto *set = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);
        HeapTuple tuple = BuildTupleFromCStrings(TupleDescGetAttInMetadata(set->setDesc), data);
        tuplestore_puttuple(set->setResult, tuple);
    });
}

}  // namespace mesh::api
