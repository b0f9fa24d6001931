{{/* The name of everything this chart makes: the release, which is named for the chart, or gets its name behind. */}}
{{- define "app.name" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{ .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else -}}
{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 52 | trimSuffix "-" }}
{{- end -}}
{{- end }}

{{/* What never changes: a Deployment's selector cannot. */}}
{{- define "app.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "app.labels" -}}
{{ include "app.selector" . }}
app.kubernetes.io/component: {{ .Values.component }}
{{ include "app.moreLabels" . }}
{{- end }}

{{/* A turn of a job, or a task: what selects instances does not select it. */}}
{{- define "app.turnLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}-task
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: task
{{ include "app.moreLabels" . }}
{{- end }}

{{- define "app.moreLabels" -}}
app.kubernetes.io/version: {{ .Values.release.commit | default .Values.image.tag | default .Chart.AppVersion | trunc 12 | quote }}
app.kubernetes.io/part-of: {{ .Chart.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
backstage.io/kubernetes-id: {{ .Chart.Name }}
{{- range $name, $value := .Values.labels }}
{{ $name }}: {{ $value | quote }}
{{- end }}
{{- end }}

{{/* What it was made from; on everything. */}}
{{- define "app.annotations" -}}
pltf.dev/commit: {{ .Values.release.commit | quote }}
pltf.dev/release: {{ .Values.release.number | quote }}
{{- range $name, $value := .Values.annotations }}
{{ $name }}: {{ $value | quote }}
{{- end }}
{{- end }}

{{- define "app.metadata" -}}
labels:
  {{- include "app.labels" . | nindent 2 }}
annotations:
  {{- include "app.annotations" . | nindent 2 }}
{{- end }}

{{- define "app.image" -}}
{{- if .Values.image.digest -}}
{{ printf "%s@%s" .Values.image.repository .Values.image.digest }}
{{- else -}}
{{ printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) }}
{{- end -}}
{{- end }}

{{/* The fewest that run: a disruption budget makes sense from two on. */}}
{{- define "app.fewest" -}}
{{- if .Values.autoscaling.enabled }}{{ .Values.autoscaling.minReplicas }}{{ else }}{{ .Values.replicas }}{{ end -}}
{{- end }}

{{/* How it says that it is well: at its health path, or by accepting. */}}
{{- define "app.ready" -}}
{{- if .Values.http.healthPath -}}
httpGet:
  path: {{ .Values.http.healthPath | quote }}
  port: http
  scheme: HTTP
{{- else -}}
tcpSocket:
  port: http
{{- end -}}
{{- end }}
